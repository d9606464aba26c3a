//! Progress of an order.

use std::ops::ControlFlow;

/// A moment of the work on an order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Event<'a> {
    /// Name of the running part.
    pub stage: &'a str,
    /// Completed fraction of that part, 0 to 1.
    pub progress: f64,
    /// Text for people; without secrets.
    pub message: &'a str,
}

/// Called repeatedly with the progress, on any thread; returns whether to continue.
pub type Watch<'a> = dyn FnMut(Event<'_>) -> ControlFlow<()> + Send + 'a;
