//! From a job's id to its record.

use super::disk::{EntryKind, Lock};
use super::layout::master_name;
use super::{Store, StoreError};
use crate::clock::BootTime;
use crate::job::{JobId, JobResult, Life, Lookup, ParseError, Record, SessionId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::path::{Path, PathBuf};

/// The last heartbeat of a running worker: not synced, so it has a file of its own, whose loss does
/// no harm.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ProgressNote {
    pub(super) token: String,
    pub(super) progress: u8,
    pub(super) message: String,
    pub(super) at: Timestamp,
    #[serde(default)]
    pub(super) boot: Option<BootTime>,
}

#[derive(Deserialize)]
struct IndexEntry {
    session_id: SessionId,
}

impl Store {
    /// Reads a job's current record.
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    pub fn read(&self, job: &JobId) -> Result<Record, StoreError> {
        let session = self.session_of(job)?;
        self.read_in(&session, job)
    }

    /// Reads a job's current record, for callers that know the session.
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    pub fn read_in(&self, session: &SessionId, job: &JobId) -> Result<Record, StoreError> {
        if self.folder(self.places.media(), &[session.as_str(), "jobs"])?.is_none() {
            return Err(self.missing(session, job));
        }
        let path = self.places.record(session, job);
        let Some(bytes) = self.bytes(&path)? else { return Err(self.missing(session, job)) };
        let mut record = Record::parse(&bytes, session, job, &self.settings.kinds).map_err(|error| match error {
            ParseError::Invalid(source) => StoreError::Corrupt { path, source },
            ParseError::Newer(what) => StoreError::Newer { job: job.clone(), what },
        })?;
        self.add_last_word(&mut record);
        Ok(record)
    }

    /// Reads a record as [`Store::read_in`] does; `None` on any error.
    pub(super) fn peek(&self, session: &SessionId, job: &JobId) -> Option<Record> {
        self.folder(self.places.media(), &[session.as_str(), "jobs"]).ok()??;
        let bytes = self.bytes(&self.places.record(session, job)).ok()??;
        let mut record = Record::parse(&bytes, session, job, &self.settings.kinds).ok()?;
        self.add_last_word(&mut record);
        Some(record)
    }

    /// Adds the worker's last heartbeat since the record was written. An invalid one is ignored.
    fn add_last_word(&self, record: &mut Record) {
        if !record.life.is_running() {
            return;
        }
        let path = self.places.beside(&record.session_id, &record.job_id, "progress");
        let Ok(Some(bytes)) = self.bytes(&path) else { return };
        let (Ok(word), Some(lease)) = (serde_json::from_slice::<ProgressNote>(&bytes), record.lease.as_mut()) else {
            return;
        };
        if word.token == lease.token {
            if word.progress > record.progress && word.progress < 100 {
                record.progress = word.progress;
                record.message = word.message;
            }
            lease.heartbeat_boot = word.boot.or(lease.heartbeat_boot.take());
            lease.heartbeat_at = lease.heartbeat_at.max(word.at);
            record.updated_at = record.updated_at.max(word.at);
        }
    }

    /// Returns the session of a job: from the index, or by searching all sessions when it is not in
    /// the index.
    pub(super) fn session_of(&self, job: &JobId) -> Result<SessionId, StoreError> {
        let entry = self.places.index_entry(job);
        let named = self.indexed_session(&entry)?;
        let has_record = |session: &SessionId| {
            self.disk.stat(&self.places.record(session, job)).is_ok_and(|stat| stat.kind == EntryKind::File)
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
            self.disk.stat(&self.places.deleted(session, job)).is_ok() || self.set_aside_as(session, job).is_some()
        };
        if let Some(session) = named.iter().chain(&sessions).find(left).or(named.as_ref()) {
            return Ok(session.clone());
        }
        if self.in_history(job)? {
            Err(StoreError::Expired(job.clone()))
        } else {
            Err(StoreError::NotFound(job.clone()))
        }
    }

    /// Returns the error for a record that is not where the index states.
    fn missing(&self, session: &SessionId, job: &JobId) -> StoreError {
        if self.disk.stat(&self.places.deleted(session, job)).is_ok() {
            return StoreError::Expired(job.clone());
        }
        if let Some(path) = self.set_aside_as(session, job) {
            return StoreError::SetAside { job: job.clone(), path };
        }
        match self.in_history(job) {
            Ok(true) => StoreError::Expired(job.clone()),
            _ => StoreError::NotFound(job.clone()),
        }
    }

    /// Returns the session named by an index entry; `None` when there is none, or it cannot be
    /// read.
    pub(super) fn indexed_session(&self, entry: &Path) -> Result<Option<SessionId>, StoreError> {
        let bytes = self.bytes(entry)?;
        Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()).map(|entry: IndexEntry| entry.session_id))
    }

    /// Returns the path of a job's record in quarantine.
    pub(super) fn set_aside_as(&self, session: &SessionId, job: &JobId) -> Option<PathBuf> {
        let folder = self.folder(self.places.media(), &[session.as_str(), "jobs", ".quarantine"]).ok()??;
        let prefix = format!("{job}.");
        let mut entries = self.entries(&folder).unwrap_or_default().into_iter();
        entries.find(|entry| entry.name.starts_with(&prefix)).map(|entry| folder.join(entry.name))
    }

    pub(super) fn write_index(&self, session: &SessionId, job: &JobId, lock: &Lock) -> Result<(), StoreError> {
        let entry = format!("{}\n", json!({ "job_id": job, "session_id": session }));
        // Not synced: it can be rebuilt, and lookups work without it.
        self.replace(&self.places.index_entry(job), entry.as_bytes(), None, Some(lock))
    }

    /// Returns every session that has a folder, sorted.
    ///
    /// # Errors
    /// When the root of the records cannot be read.
    pub fn sessions(&self) -> Result<Vec<SessionId>, StoreError> {
        let folders = self.entries(self.places.media())?.into_iter().filter(|entry| entry.kind == EntryKind::Folder);
        Ok(folders.filter_map(|entry| entry.name.parse().ok()).collect())
    }

    /// Returns the jobs of a session that have a record, sorted.
    ///
    /// # Errors
    /// When the folder cannot be read, or a link stands in its place.
    pub fn jobs_of(&self, session: &SessionId) -> Result<Vec<JobId>, StoreError> {
        let Some(folder) = self.folder(self.places.media(), &[session.as_str(), "jobs"])? else {
            return Ok(Vec::new());
        };
        let names = self.entries(&folder)?.into_iter();
        Ok(names.filter_map(|entry| entry.name.strip_suffix(".json").and_then(|id| id.parse().ok())).collect())
    }

    /// Looks up any id for its status: see [`status_document`](crate::job::status_document).
    pub fn look_up(&self, id: &str) -> Lookup {
        // An invalid id names no job.
        let Ok(job) = id.parse::<JobId>() else { return Lookup::NotFound };
        match self.read(&job) {
            Ok(record) => {
                let result = record.result.as_ref().filter(|_| record.life == Life::Complete);
                let result = result.and_then(|result| self.result_path(&record.session_id, result));
                Lookup::Found { record: Box::new(record), result }
            }
            Err(StoreError::NotFound(_)) => Lookup::NotFound,
            Err(StoreError::Expired(_)) => Lookup::Expired,
            Err(error @ (StoreError::Corrupt { .. } | StoreError::SetAside { .. })) => {
                Lookup::Corrupt(error.to_string())
            }
            Err(error @ StoreError::Newer { .. }) => Lookup::Newer(error.to_string()),
            Err(error) => Lookup::Failed(error.to_string()),
        }
    }

    /// Returns the absolute path of a result; `None` when there is no such file.
    pub fn result_path(&self, session: &SessionId, result: &JobResult) -> Option<PathBuf> {
        let folder = self.folder(self.places.storage(), &["mix_outputs", session.as_str()]).ok()??;
        let path = folder.join(master_name(Some(result)));
        self.disk.stat(&path).ok().filter(|stat| stat.kind == EntryKind::File)?;
        std::path::absolute(&path).ok()
    }
}
