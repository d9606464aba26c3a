//! The lines of `mixdown work`: one JSON object each.

use crate::cli::outcome::print_bytes;
use mixdown_orders::{Event, OrderError, OrderResult, redact};
use serde::Serialize;
use std::time::{Duration, Instant};

/// Time between two lines of one stage.
const INTERVAL: Duration = Duration::from_millis(500);

/// The lines of one order.
pub(super) struct Lines {
    quiet: bool,
    /// The order, once it has been read.
    pub(super) order_id: Option<String>,
    /// Stage and time of the last line.
    last: Option<(String, Instant)>,
}

/// A line.
#[derive(Serialize)]
struct Line<'a> {
    order_id: Option<&'a str>,
    stage: &'a str,
    /// Completed fraction of the stage, 0 to 1.
    progress: f64,
    message: &'a str,
    /// Name of the error, for programs.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<&'a OrderResult>,
}

impl Lines {
    pub(super) fn new(quiet: bool) -> Self {
        Self { quiet, order_id: None, last: None }
    }

    /// Prints a line for the first event of a stage, and for later ones at intervals.
    pub(super) fn event(&mut self, event: Event<'_>) {
        let shown = self.last.as_ref().is_some_and(|(stage, at)| stage == event.stage && at.elapsed() < INTERVAL);
        if self.quiet || shown {
            return;
        }
        self.last = Some((event.stage.to_owned(), Instant::now()));
        let Event { stage, progress, message } = event;
        print(&Line { order_id: self.order_id.as_deref(), stage, progress, message, code: None, result: None });
    }

    /// Prints the last line of an order with a result.
    pub(super) fn done(&self, result: &OrderResult) {
        let order_id = self.order_id.as_deref();
        let message = "The result is published";
        print(&Line { order_id, stage: "done", progress: 1.0, message, code: None, result: Some(result) });
    }

    /// Prints the last line of an order without a result.
    pub(super) fn failed(&self, error: &OrderError) {
        let stage = if error.is_temporary() { "returned" } else { "failed" };
        let (order_id, message) = (self.order_id.as_deref(), error.to_string());
        let code = Some(error.code());
        print(&Line { order_id, stage, progress: 0.0, message: &message, code, result: None });
    }
}

/// Prints a line, its message without secrets.
fn print(line: &Line<'_>) {
    let message = redact(line.message);
    let line = Line { message: &message, ..*line };
    // The exit code and the result remain where nothing reads the lines.
    let _ = serde_json::to_vec(&line).map(|bytes| print_bytes(&[&bytes, &b"\n"[..]].concat()));
}
