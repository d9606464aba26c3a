//! Records: read whole, and changed one at a time.

mod annotate;
mod change;

pub use change::Role;

use super::StoreError;
use super::base::Base;
use super::index::Index;
use crate::clock::BootTime;
use crate::job::{JobId, ParseError, Record, SessionId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

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

/// The records of all jobs.
#[derive(Clone)]
pub struct Records {
    pub(super) base: Arc<Base>,
    pub(super) index: Index,
}

impl Records {
    /// Reads a job's current record.
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    pub fn read(&self, job: &JobId) -> Result<Record, StoreError> {
        let session = self.index.session_of(job)?;
        self.read_in(&session, job)
    }

    /// Reads a job's current record, for callers that know the session.
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    pub fn read_in(&self, session: &SessionId, job: &JobId) -> Result<Record, StoreError> {
        if self.base.folder(self.base.layout.media(), &[session.as_str(), "jobs"])?.is_none() {
            return Err(self.missing(session, job));
        }
        let path = self.base.layout.record(session, job);
        let Some(bytes) = self.base.bytes(&path)? else { return Err(self.missing(session, job)) };
        let mut record =
            Record::parse(&bytes, session, job, &self.base.settings.kinds).map_err(|error| match error {
                ParseError::Invalid(source) => StoreError::Corrupt { path, source },
                ParseError::Newer(what) => StoreError::Newer { job: job.clone(), what },
            })?;
        self.add_last_word(&mut record);
        Ok(record)
    }

    /// Reads a record as [`Store::read_in`] does; `None` on any error.
    pub(in crate::store) fn peek(&self, session: &SessionId, job: &JobId) -> Option<Record> {
        self.base.folder(self.base.layout.media(), &[session.as_str(), "jobs"]).ok()??;
        let bytes = self.base.bytes(&self.base.layout.record(session, job)).ok()??;
        let mut record = Record::parse(&bytes, session, job, &self.base.settings.kinds).ok()?;
        self.add_last_word(&mut record);
        Some(record)
    }

    /// Adds the worker's last heartbeat since the record was written. An invalid one is ignored.
    fn add_last_word(&self, record: &mut Record) {
        if !record.life.is_running() {
            return;
        }
        let path = self.base.layout.beside(&record.session_id, &record.job_id, "progress");
        let Ok(Some(bytes)) = self.base.bytes(&path) else { return };
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

    /// Returns the error for a record that is not where the index states.
    fn missing(&self, session: &SessionId, job: &JobId) -> StoreError {
        if self.base.disk.stat(&self.base.layout.deleted(session, job)).is_ok() {
            return StoreError::Expired(job.clone());
        }
        if let Some(path) = self.index.quarantine.set_aside_as(session, job) {
            return StoreError::SetAside { job: job.clone(), path };
        }
        self.index.journal.absence(job).unwrap_or_else(|_| StoreError::NotFound(job.clone()))
    }
}
