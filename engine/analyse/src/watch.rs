//! The progress of an analysis, counted by several threads.

use crate::AnalyseError;
use mixdown_music::SAMPLE_RATE;
use std::ops::ControlFlow;
use std::sync::Mutex;

/// Passes of an analysis over the stems.
const PASSES: u32 = 2;

/// Counts samples that were read, and reports their share to an observer, who may stop the work.
pub(crate) struct Watch<'a> {
    expected: f64,
    state: Mutex<State<'a>>,
}

struct State<'a> {
    done: f64,
    stopped: bool,
    observer: &'a mut (dyn FnMut(f64) -> ControlFlow<()> + Send),
}

impl<'a> Watch<'a> {
    /// Creates the count for stems of a length in seconds, all together.
    pub(crate) fn new(seconds: f64, observer: &'a mut (dyn FnMut(f64) -> ControlFlow<()> + Send)) -> Self {
        Self::of_passes(PASSES, seconds, observer)
    }

    /// Creates the count for another number of passes.
    pub(crate) fn of_passes(
        passes: u32,
        seconds: f64,
        observer: &'a mut (dyn FnMut(f64) -> ControlFlow<()> + Send),
    ) -> Self {
        let expected = (f64::from(passes) * seconds * f64::from(SAMPLE_RATE)).max(1.0);
        Self { expected, state: Mutex::new(State { done: 0.0, stopped: false, observer }) }
    }

    /// Adds samples that were read.
    ///
    /// # Errors
    /// If the observer has stopped the work.
    pub(crate) fn advance(&self, samples: usize) -> Result<(), AnalyseError> {
        let mut state = self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        state.done += samples as f64;
        let share = (state.done / self.expected).min(1.0);
        state.stopped = state.stopped || (state.observer)(share).is_break();
        if state.stopped { Err(AnalyseError::Stopped) } else { Ok(()) }
    }
}
