//! The lines of `mixdown work`, and the heartbeats made of them.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Progress of an order, as its heartbeats carry it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Beat {
    /// Name of the running part.
    pub(crate) stage: String,
    /// Completed fraction of that part, 0 to 1.
    pub(crate) progress: f64,
}

/// A line of `mixdown work`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Line {
    /// Name of the running part, or `done`, `failed`, `returned`.
    pub(crate) stage: String,
    /// Completed fraction of that part, 0 to 1.
    #[serde(default)]
    pub(crate) progress: f64,
    /// Text for people.
    #[serde(default)]
    pub(crate) message: String,
    /// Name of the error, for programs.
    #[serde(default)]
    pub(crate) code: Option<String>,
    /// The result document, in the last line of an order that is done.
    #[serde(default)]
    pub(crate) result: Option<Value>,
}

impl Line {
    /// Returns a line of standard output; `None` where it is text of another kind.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// Returns its progress as a heartbeat.
    pub(crate) fn beat(&self) -> Beat {
        Beat { stage: self.stage.clone(), progress: self.progress }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_carry_progress_and_the_last_one_the_result() {
        let line = Line::parse(r#"{"order_id":"a","stage":"mixing","progress":0.41,"message":"Mixing"}"#).unwrap();
        assert_eq!(line.beat(), Beat { stage: "mixing".into(), progress: 0.41 });
        let last = Line::parse(r#"{"order_id":null,"stage":"failed","progress":0.0,"message":"m","code":"c"}"#);
        assert_eq!(last.unwrap().code.as_deref(), Some("c"));
        assert_eq!(Line::parse("Segmentation fault"), None);
    }
}
