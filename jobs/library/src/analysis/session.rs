//! The analysis of a session's stems: `analysis.json` in the folder of the session.

use mixdown_shell::job::SessionId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

/// Name of the file.
const FILE: &str = "analysis.json";

/// An analysis with the stems that it was made from.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SessionAnalysis {
    /// BLAKE3 of each stem, by its name.
    pub stems: BTreeMap<String, String>,
    /// The answer; its paths are the names of the stems.
    pub analysis: mixdown_analyse::SongAnalysis,
}

fn path(media: &Path, session: &SessionId) -> PathBuf {
    media.join(session.as_str()).join(FILE)
}

/// Returns the last analysis of a session; `None` if there is none that can be read.
///
/// # Errors
/// When the system cannot read the file.
pub fn session_analysis(media: &Path, session: &SessionId) -> io::Result<Option<SessionAnalysis>> {
    match std::fs::read(path(media, session)) {
        Ok(bytes) => Ok(serde_json::from_slice(&bytes).ok()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Writes the analysis of a session, in place of an earlier one.
///
/// # Errors
/// When the system cannot write the file, as after the session was deleted.
pub(super) fn write(media: &Path, session: &SessionId, analysis: &SessionAnalysis) -> io::Result<()> {
    let path = path(media, session);
    let temporary = path.with_extension(format!("{}.tmp", uuid::Uuid::now_v7().simple()));
    let written = serde_json::to_vec(analysis)
        .map_err(io::Error::other)
        .and_then(|bytes| std::fs::write(&temporary, bytes))
        .and_then(|()| std::fs::rename(&temporary, &path));
    if written.is_err() {
        // There may be none.
        let _ = std::fs::remove_file(&temporary);
    }
    written
}
