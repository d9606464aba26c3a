//! Progress of a separation: one number from 0 to 1, whatever stage is at work.

use crate::SeparateError;
use std::ops::{ControlFlow, Range};

/// Reports the share of a stage as a share of the whole, to an observer who may stop the work.
pub struct Watch<'a> {
    range: Range<f64>,
    observer: &'a mut dyn FnMut(f64) -> ControlFlow<()>,
}

impl<'a> Watch<'a> {
    /// Creates the watch of a stage that covers a range of the whole.
    pub(crate) fn new(range: Range<f64>, observer: &'a mut dyn FnMut(f64) -> ControlFlow<()>) -> Self {
        Self { range, observer }
    }

    /// Reports the share of this stage that is done, 0 to 1.
    ///
    /// # Errors
    /// If the observer has stopped the work.
    pub fn reached(&mut self, share: f64) -> Result<(), SeparateError> {
        let Range { start, end } = self.range;
        let whole = start + (end - start) * share.clamp(0.0, 1.0);
        if (self.observer)(whole).is_break() { Err(SeparateError::Stopped) } else { Ok(()) }
    }
}
