//! Ended jobs with a short retention: marked, so that a worker finds them without reading every
//! record.

use super::{Store, StoreError};
use crate::clock::BootTime;
use crate::job::{JobId, Record, SessionId};
use std::path::PathBuf;
use std::time::Duration;

impl Store {
    fn expiring_mark(&self, session: &SessionId, job: &JobId) -> PathBuf {
        self.places.shell("expiring").join(format!("{job}~{session}"))
    }

    /// Marks a job that is deleted before the next full cleanup, with the time of its end on the
    /// monotonic clock.
    pub(super) fn mark_expiring(&self, record: &Record) {
        let kept = self.settings.policy.kept(&record.kind, record.life);
        if kept.is_some_and(|kept| kept < self.settings.cleanup.every) {
            let mark = self.expiring_mark(&record.session_id, &record.job_id);
            // Without the mark the next cleanup deletes the job.
            let _ = self.replace(&mark, &serde_json::to_vec(&self.clock.boot()).unwrap_or_default(), None, None);
        }
    }

    pub(super) fn unmark_expiring(&self, session: &SessionId, job: &JobId) {
        let _ = self.remove(&self.expiring_mark(session, job));
    }

    /// Deletes the marked jobs that have expired; returns their number. Jobs that ended before the
    /// machine was restarted are left to the cleanup, which checks the time of day.
    ///
    /// # Errors
    /// When the marks cannot be read.
    pub fn delete_expired(&self) -> Result<u64, StoreError> {
        let mut due = Vec::new();
        for mark in self.entries(&self.places.shell("expiring"))? {
            let ids =
                mark.name.split_once('~').and_then(|(job, session)| Some((session.parse().ok()?, job.parse().ok()?)));
            let Some((session, job)): Option<(SessionId, JobId)> = ids else { continue };
            let Some(age) = self.age_of(&session, &job)? else { continue };
            match self.read_in(&session, &job) {
                Ok(record) => {
                    let kept = self.settings.policy.kept(&record.kind, record.life);
                    if kept.is_some_and(|kept| age > kept) {
                        due.push(record);
                    }
                }
                Err(error) if error.is_missing() => self.unmark_expiring(&session, &job),
                Err(_) => {}
            }
        }
        if due.is_empty() {
            return Ok(0);
        }
        let known = self.history()?.into_iter().map(|line| line.job_id).collect();
        let mut count = 0;
        for record in due {
            let jobs = [record.job_id.clone()];
            count += self.delete(&record.session_id, &jobs, &known, |now| now.rev == record.rev).jobs;
        }
        Ok(count)
    }

    /// Returns the time since a marked job ended.
    fn age_of(&self, session: &SessionId, job: &JobId) -> Result<Option<Duration>, StoreError> {
        let bytes = self.bytes(&self.expiring_mark(session, job))?;
        let ended: Option<BootTime> = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        Ok(ended.and_then(|ended| self.clock.boot().since(&ended)))
    }
}
