//! The request of a notation, in the record of its job.

use super::Notation;
use mixdown_shell::job::{NewJob, SessionId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::path::PathBuf;

/// A stem whose notes are to be found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotedStem {
    /// Its file.
    pub path: PathBuf,
    /// BLAKE3 of the file when the job was submitted.
    pub blake3: String,
    /// Its id.
    pub stem_id: String,
    /// Its type.
    #[serde(rename = "type")]
    pub stem_type: String,
}

/// Returns the job that finds the notes of stems of an audio file.
pub fn notation_job(session_id: SessionId, audio_file_id: &str, stems: &[NotedStem]) -> NewJob {
    let config = json!({ "audio_file_id": audio_file_id });
    let extra = Map::from_iter([("config".into(), config), ("stems".into(), json!(stems))]);
    NewJob { session_id, kind: Notation::NAME, key: None, extra }
}

/// Returns audio file and stems of a job's request; `None` if they cannot be read.
pub(super) fn parse(request: &Map<String, Value>) -> Option<(String, Vec<NotedStem>)> {
    let id = request.get("config")?["audio_file_id"].as_str()?.to_owned();
    Some((id, serde_json::from_value(request.get("stems")?.clone()).ok()?))
}
