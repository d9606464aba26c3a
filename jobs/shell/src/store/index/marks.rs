//! Marks of jobs that wait, run, or expire soon: files named after them, so that workers find them
//! without reading every record.

use super::Index;
use crate::clock::BootTime;
use crate::job::{JobId, Record, SessionId};
use crate::store::base::Base;
use crate::store::{Lock, StoreError};
use std::path::PathBuf;
use std::time::Duration;

/// Returns the jobs that are marked as waiting or running, oldest first.
pub(in crate::store) fn active(base: &Base) -> Result<Vec<(SessionId, JobId)>, StoreError> {
    let marks = base.entries(&base.layout.shell("active"))?;
    Ok(marks.iter().filter_map(|mark| ids(&mark.name)).collect())
}

/// Returns the session and job that a mark's name gives.
pub(in crate::store) fn ids(name: &str) -> Option<(SessionId, JobId)> {
    let (job, session) = name.split_once('~')?;
    Some((session.parse().ok()?, job.parse().ok()?))
}

impl Index {
    /// Marks a job as waiting or running: an empty file, so that workers find it without reading
    /// every record.
    pub(in crate::store) fn mark_active(&self, session: &SessionId, job: &JobId) -> Result<(), StoreError> {
        self.base.prepare()?;
        let path = self.active_mark(session, job);
        self.base.disk.append(&path, b"").map_err(StoreError::io(&path))
    }

    pub(in crate::store) fn unmark_active(&self, session: &SessionId, job: &JobId, lock: &Lock) {
        if lock.is_current() {
            let _ = self.base.remove(&self.active_mark(session, job));
        }
    }

    fn active_mark(&self, session: &SessionId, job: &JobId) -> PathBuf {
        self.base.layout.shell("active").join(format!("{job}~{session}"))
    }

    /// Returns the jobs that are marked as waiting or running, oldest first; a mark may be out of
    /// date.
    ///
    /// # Errors
    /// When the marks cannot be read.
    pub fn active(&self) -> Result<Vec<(SessionId, JobId)>, StoreError> {
        active(&self.base)
    }

    fn expiring_mark(&self, session: &SessionId, job: &JobId) -> PathBuf {
        self.base.layout.shell("expiring").join(format!("{job}~{session}"))
    }

    /// Marks a job that is deleted before the next full cleanup, with the time of its end on the
    /// monotonic clock.
    pub(in crate::store) fn mark_expiring(&self, record: &Record) {
        let kept = self.base.settings.policy.kept(&record.kind, record.life);
        if kept.is_some_and(|kept| kept < self.base.settings.cleanup.every) {
            let mark = self.expiring_mark(&record.session_id, &record.job_id);
            // Without the mark the next cleanup deletes the job.
            let _ =
                self.base.replace(&mark, &serde_json::to_vec(&self.base.clock.boot()).unwrap_or_default(), None, None);
        }
    }

    pub(in crate::store) fn unmark_expiring(&self, session: &SessionId, job: &JobId) {
        let _ = self.base.remove(&self.expiring_mark(session, job));
    }

    /// Returns the time since a marked job ended.
    pub(in crate::store) fn age_of(&self, session: &SessionId, job: &JobId) -> Result<Option<Duration>, StoreError> {
        let bytes = self.base.bytes(&self.expiring_mark(session, job))?;
        let ended: Option<BootTime> = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        Ok(ended.and_then(|ended| self.base.clock.boot().since(&ended)))
    }

    /// Removes the marks of a job that has ended, adds the end to the journal, and marks the job if
    /// it is kept only for a short time.
    pub(in crate::store) fn ended(&self, record: &Record, lock: &Lock) {
        self.unmark_active(&record.session_id, &record.job_id, lock);
        self.journal.record_end(record);
        self.mark_expiring(record);
    }
}
