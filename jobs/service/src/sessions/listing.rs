//! All sessions.

use super::stem::FileMark;
use super::summary::{Kept, Summary, is_settled};
use super::{RECORD, RESERVED, Sessions, disk};
use crate::error::ApiError;
use mixdown_shell::job::SessionId;
use std::fs;
use std::io::ErrorKind;
use std::sync::Arc;
use std::time::SystemTime;

impl Sessions {
    /// Returns the ids of all sessions, sorted.
    ///
    /// # Errors
    /// When the root cannot be read.
    pub fn ids(&self) -> Result<Vec<SessionId>, ApiError> {
        Ok(self.marks()?.into_iter().map(|(id, _)| id).collect())
    }

    /// Returns the ids of all sessions, sorted, with the marks of their records.
    fn marks(&self) -> Result<Vec<(SessionId, FileMark)>, ApiError> {
        let entries = match fs::read_dir(&self.media) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            other => other.map_err(|error| disk::refusal(&self.media, &error))?,
        };
        let marked = |entry: fs::DirEntry| {
            let id: SessionId = entry.file_name().to_str()?.parse().ok()?;
            if RESERVED.contains(&id.as_str()) {
                return None;
            }
            let mark = FileMark::of(&self.folder(&id).join(RECORD))?;
            Some((id, mark))
        };
        let mut marks: Vec<_> = entries.filter_map(Result::ok).filter_map(marked).collect();
        marks.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        Ok(marks)
    }

    /// Returns all sessions, the last changed first. Only records that have changed since the last
    /// list are read. Damaged ones are left out: the log names them.
    ///
    /// # Errors
    /// When the root cannot be read.
    pub fn list(&self) -> Result<Vec<Arc<Summary>>, ApiError> {
        let mut known = self.summaries.lock();
        let now = SystemTime::now();
        let marks = self.marks()?;
        let mut kept = Kept::with_capacity(marks.len());
        let mut list = Vec::with_capacity(marks.len());
        for (id, mark) in marks {
            let same = known.remove(&id).filter(|(of, _)| *of == mark);
            let Some((summary, may_keep)) = same.map(|(_, summary)| (summary, true)).or_else(|| self.summary(&id))
            else {
                continue;
            };
            list.push(Arc::clone(&summary));
            if may_keep && is_settled(&mark, now) {
                kept.insert(id, (mark, summary));
            }
        }
        *known = kept;
        drop(known);
        list.sort_by(|a, b| b.updated_at.cmp(&a.updated_at).then_with(|| a.session_id.cmp(&b.session_id)));
        Ok(list)
    }

    /// Reads the summary of a session. The flag is false where it may change without the record, as
    /// while a stem is put in place.
    fn summary(&self, session: &SessionId) -> Option<(Arc<Summary>, bool)> {
        let mut file = self.read(session).ok()?.filter(|file| !file.deleted)?;
        let is_unsettled = self.settle(&mut file);
        Some((Arc::new(Summary::of(&file)), !is_unsettled))
    }
}
