//! From a job's id to its session: the index, and the searches that stand in for it.

mod marks;
mod recent;

pub(super) use marks::{active, ids};

use super::base::Base;
use super::journal::Journal;
use super::quarantine::Quarantine;
use super::{EntryKind, Lock, StoreError};
use crate::job::{JobId, SessionId};
use serde::Deserialize;
use serde_json::json;
use std::path::Path;
use std::sync::Arc;

#[derive(Deserialize)]
struct IndexEntry {
    session_id: SessionId,
}

/// The sessions and jobs there are; the index, marks and lists that find them without reading every
/// record.
#[derive(Clone)]
pub struct Index {
    pub(super) base: Arc<Base>,
    pub(super) journal: Journal,
    pub(super) quarantine: Quarantine,
}

impl Index {
    /// Returns the session of a job: from the index, or by searching all sessions when it is not in
    /// the index.
    pub(in crate::store) fn session_of(&self, job: &JobId) -> Result<SessionId, StoreError> {
        let entry = self.base.layout.index_entry(job);
        let named = self.indexed_session(&entry)?;
        let has_record = |session: &SessionId| {
            self.base.disk.stat(&self.base.layout.record(session, job)).is_ok_and(|stat| stat.kind == EntryKind::File)
        };
        if let Some(session) = named.as_ref().filter(|session| has_record(session)) {
            return Ok(session.clone());
        }
        // The entry is a copy: if it names no record, the records decide.
        let sessions = self.sessions()?;
        if let Some(session) = sessions.iter().find(|session| has_record(session)) {
            return Ok(session.clone());
        }
        let left = |session: &&SessionId| {
            self.base.disk.stat(&self.base.layout.deleted(session, job)).is_ok()
                || self.quarantine.set_aside_as(session, job).is_some()
        };
        if let Some(session) = named.iter().chain(&sessions).find(left).or(named.as_ref()) {
            return Ok(session.clone());
        }
        Err(self.journal.absence(job)?)
    }

    /// Returns the session named by an index entry; `None` when there is none, or it cannot be
    /// read.
    pub(in crate::store) fn indexed_session(&self, entry: &Path) -> Result<Option<SessionId>, StoreError> {
        let bytes = self.base.bytes(entry)?;
        Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()).map(|entry: IndexEntry| entry.session_id))
    }

    pub(in crate::store) fn write_index(
        &self,
        session: &SessionId,
        job: &JobId,
        lock: &Lock,
    ) -> Result<(), StoreError> {
        let entry = format!("{}\n", json!({ "job_id": job, "session_id": session }));
        // Not synced: it can be rebuilt, and lookups work without it.
        self.base.replace(&self.base.layout.index_entry(job), entry.as_bytes(), None, Some(lock))
    }

    /// Returns every session that has a folder, sorted.
    ///
    /// # Errors
    /// When the root of the records cannot be read.
    pub fn sessions(&self) -> Result<Vec<SessionId>, StoreError> {
        let folders =
            self.base.entries(self.base.layout.media())?.into_iter().filter(|entry| entry.kind == EntryKind::Folder);
        Ok(folders.filter_map(|entry| entry.name.parse().ok()).collect())
    }

    /// Returns the jobs of a session that have a record, sorted.
    ///
    /// # Errors
    /// When the folder cannot be read, or a link stands in its place.
    pub fn jobs_of(&self, session: &SessionId) -> Result<Vec<JobId>, StoreError> {
        let Some(folder) = self.base.folder(self.base.layout.media(), &[session.as_str(), "jobs"])? else {
            return Ok(Vec::new());
        };
        let names = self.base.entries(&folder)?.into_iter();
        Ok(names.filter_map(|entry| entry.name.strip_suffix(".json").and_then(|id| id.parse().ok())).collect())
    }

    /// Returns the jobs in the index, in no order.
    pub(in crate::store) fn indexed(&self) -> Result<Vec<JobId>, StoreError> {
        let folder = self.base.layout.index();
        let entries = match self.base.disk.list(&folder) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            other => other.map_err(StoreError::io(&folder))?,
        };
        let job = |mut name: String| {
            name.truncate(name.strip_suffix(".json")?.len());
            JobId::try_from(name).ok()
        };
        Ok(entries.into_iter().filter_map(|entry| job(entry.name)).collect())
    }
}
