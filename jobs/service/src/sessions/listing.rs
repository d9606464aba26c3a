//! All sessions.

use super::record::SessionFile;
use super::{RECORD, RESERVED, Sessions, disk};
use crate::error::ApiError;
use mixdown_shell::job::SessionId;
use std::fs;
use std::io::ErrorKind;

impl Sessions {
    /// Returns the ids of all sessions, sorted.
    ///
    /// # Errors
    /// When the root cannot be read.
    pub fn ids(&self) -> Result<Vec<SessionId>, ApiError> {
        let entries = match fs::read_dir(&self.media) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            other => other.map_err(|error| disk::refusal(&self.media, &error))?,
        };
        let id = |entry: fs::DirEntry| {
            let id: SessionId = entry.file_name().to_str()?.parse().ok()?;
            let is_session = !RESERVED.contains(&id.as_str()) && self.folder(&id).join(RECORD).is_file();
            is_session.then_some(id)
        };
        let mut ids: Vec<_> = entries.filter_map(Result::ok).filter_map(id).collect();
        ids.sort_unstable();
        Ok(ids)
    }

    /// Returns all sessions, the last changed first. Damaged records are left out: the log names
    /// them.
    ///
    /// # Errors
    /// When the root cannot be read.
    pub fn list(&self) -> Result<Vec<SessionFile>, ApiError> {
        let mut files: Vec<_> = self.ids()?.iter().filter_map(|id| self.get(id).ok()).collect();
        files.sort_by(|a, b| b.updated_at.cmp(&a.updated_at).then_with(|| a.session_id.cmp(&b.session_id)));
        Ok(files)
    }
}
