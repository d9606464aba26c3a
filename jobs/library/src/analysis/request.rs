//! The request of an analysis, in the record of its job.

use mixdown_shell::job::{NewJob, SessionId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::path::PathBuf;

/// The owner of the stems that an analysis reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// An audio file of the library.
    Audio {
        /// Its id.
        id: String,
        /// The database, where it is not that of the media folder.
        database: Option<PathBuf>,
    },
    /// The stems of a session, which is that of the job.
    Session,
}

/// A stem that is analysed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RequestedStem {
    /// Its file.
    pub(super) path: PathBuf,
    /// BLAKE3 of the file when the job was submitted.
    pub(super) blake3: String,
    /// Its id in the library, or its name in the session.
    pub(super) id: String,
    /// True if users stated its type, which then stays.
    #[serde(default)]
    pub(super) keeps_type: bool,
}

/// Returns the job that analyses stems, each with its file, its hash, its id or name, and true if
/// its type is to stay.
pub fn analysis_job(session_id: SessionId, target: &Target, stems: Vec<(PathBuf, String, String, bool)>) -> NewJob {
    let stem = |(path, blake3, id, keeps_type)| RequestedStem { path, blake3, id, keeps_type };
    let stems: Vec<_> = stems.into_iter().map(stem).collect();
    let audio = match target {
        Target::Audio { id, database: None } => json!({ "audio_file_id": id }),
        Target::Audio { id, database: Some(path) } => json!({ "audio_file_id": id, "database": path }),
        Target::Session => json!({}),
    };
    let extra = Map::from_iter([("config".into(), audio), ("stems".into(), json!(stems))]);
    NewJob { session_id, kind: super::Analysis::NAME, key: None, extra }
}

/// Returns the target and the stems of a job's request; `None` if they cannot be read.
pub(super) fn parse(request: &Map<String, Value>) -> Option<(Target, Vec<RequestedStem>)> {
    let config = request.get("config")?;
    let database = config["database"].as_str().map(PathBuf::from);
    let target = match config["audio_file_id"].as_str() {
        Some(id) => Target::Audio { id: id.to_owned(), database },
        None => Target::Session,
    };
    Some((target, serde_json::from_value(request.get("stems")?.clone()).ok()?))
}
