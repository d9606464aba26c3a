//! The request of a separation, in the record of its job.

use super::Separation;
use mixdown_shell::job::{NewJob, SessionId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::path::PathBuf;

/// A stem that is split, and the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeparationRequest {
    /// The audio file of the stem.
    pub audio_file_id: String,
    /// The stem.
    pub stem_id: String,
    /// The back end: `demucs` or `classical`; demucs if absent.
    pub with: Option<String>,
    /// The model of demucs; its usual one if absent.
    pub model: Option<String>,
}

/// Returns the job of a request; the stem lies in this file with this hash.
pub fn separation_job(session_id: SessionId, request: &SeparationRequest, path: &PathBuf, blake3: &str) -> NewJob {
    let stems = json!([{ "path": path, "blake3": blake3 }]);
    let extra = Map::from_iter([("config".into(), json!(request)), ("stems".into(), stems)]);
    NewJob { session_id, kind: Separation::NAME, key: None, extra }
}

/// Returns the request of a job with file and hash of the stem; `None` if it cannot be read.
pub(super) fn parse(request: &Map<String, Value>) -> Option<(SeparationRequest, PathBuf, String)> {
    let parsed = serde_json::from_value(request.get("config")?.clone()).ok()?;
    let stem = &request.get("stems")?[0];
    Some((parsed, PathBuf::from(stem["path"].as_str()?), stem["blake3"].as_str()?.to_owned()))
}
