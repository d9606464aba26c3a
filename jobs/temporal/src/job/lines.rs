//! Lines between a job and its process: those of `mixdown_shell::kinds::child`.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::io::Write;

/// The request: the first line of standard input.
#[derive(Debug, Deserialize)]
pub(super) struct Task {
    /// The attempt at the work.
    pub(super) order_id: String,
    /// The work.
    pub(super) request: Value,
}

/// A line of standard output.
#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Line {
    /// Progress of a phase, as a fraction.
    At { phase: String, fraction: f64 },
    /// Complete: data for the job's record.
    Done(Map<String, Value>),
    /// Failed.
    Failed { code: String, detail: String },
    /// Stopped on request.
    Stopped,
}

impl Line {
    /// Returns the line of a failure.
    pub(super) fn failed(code: String, detail: &str) -> Self {
        Self::Failed { code, detail: detail.to_owned() }
    }

    /// Prints the line.
    pub(super) fn print(&self) {
        let text = serde_json::to_string(self).unwrap_or_default();
        // A worker that has died reads nothing; the end of standard input states so, too.
        let _ = writeln!(std::io::stdout(), "{text}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn lines_have_the_form_that_jobs_read() {
        let form = |line: Line| serde_json::to_value(line).unwrap();
        let at = Line::At { phase: "mixing".to_owned(), fraction: 0.5 };
        assert_eq!(form(at), json!({ "at": { "phase": "mixing", "fraction": 0.5 } }));
        assert_eq!(form(Line::Done(Map::new())), json!({ "done": {} }));
        assert_eq!(form(Line::failed("A".to_owned(), "b")), json!({ "failed": { "code": "A", "detail": "b" } }));
        assert_eq!(form(Line::Stopped), json!("stopped"));
    }
}
