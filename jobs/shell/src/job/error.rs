//! The reason for a job's failure.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Reason why a job failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobError {
    /// For programs: `RENDER_FAILED`, `WORKER_DIED` …
    pub code: String,
    /// For people: the problem and its remedy.
    pub detail: String,
    /// Fields of other versions.
    #[serde(flatten)]
    pub unknown: Map<String, Value>,
}

impl JobError {
    /// Creates an error.
    pub fn new(code: &str, detail: impl Into<String>) -> Self {
        Self { code: code.into(), detail: detail.into(), unknown: Map::new() }
    }
}
