//! Rescue of jobs whose worker is dead: finished, queued again or given up.

use super::Recovery;
use crate::job::{Actor, JobError, JobId, Life, Record, SessionId, State};
use crate::store::results::complete;
use crate::store::{LOG, Lock, Role, StoreError};
use std::time::Duration;
use tracing::warn;

/// Outcome of a rescue.
#[derive(Clone, Debug)]
pub enum Rescue {
    /// No rescue needed: it waits, has ended, or does not exist.
    NotNeeded,
    /// Its worker lives.
    Alive,
    /// It was rescued.
    Done {
        /// Its record before the rescue.
        before: Box<Record>,
        /// Its record now.
        after: Box<Record>,
    },
}

impl Recovery {
    /// Rescues a job whose worker no longer holds its lease, or holds it without a heartbeat for
    /// too long.
    ///
    /// # Errors
    /// When records cannot be read or written.
    pub fn rescue(&self, session: &SessionId, job: &JobId) -> Result<Rescue, StoreError> {
        let record = match self.records.read_in(session, job) {
            Ok(record) => record,
            Err(error) if error.is_missing() => return self.clear_active_mark(session, job),
            Err(error) => return Err(error),
        };
        if record.life.is_ended() {
            return self.clear_active_mark(session, job);
        }
        // A process that is putting a result in place holds this lock; a dead one does not.
        if !record.is_publishing() {
            return self.rescue_settled(session, job, None);
        }
        match self.base.lock("publish", session.as_str(), Duration::ZERO)? {
            Some(publishing) => self.rescue_settled(session, job, Some(&publishing)),
            None => Ok(Rescue::Alive),
        }
    }

    /// Removes the mark of a job that needs none; checked again under the lock, since a submission
    /// marks first.
    fn clear_active_mark(&self, session: &SessionId, job: &JobId) -> Result<Rescue, StoreError> {
        let lock = self.base.lock_record_briefly(job)?;
        let needed = match self.records.read_in(session, job) {
            Ok(record) => !record.life.is_ended(),
            Err(error) if error.is_missing() => false,
            Err(error) => return Err(error),
        };
        if !needed {
            self.index.unmark_active(session, job, &lock);
        }
        Ok(Rescue::NotNeeded)
    }

    /// Returns the job's record and state if a rescue would change it.
    pub(crate) fn is_stale(&self, session: &SessionId, job: &JobId) -> Result<Option<(Record, State)>, StoreError> {
        let _lock = self.base.lock_record_briefly(job)?;
        let record = match self.records.read_in(session, job) {
            Err(error) if error.is_missing() => return Ok(None),
            other => other?,
        };
        if !record.life.is_running() {
            return Ok(None);
        }
        let path = self.leases.lease_file(job);
        let free = self.base.disk.lock(&path, false).map_err(StoreError::io(&path))?.is_some();
        let state = record.state();
        Ok((free || self.leases.hung_for(&record).is_some()).then_some((record, state)))
    }

    /// Rescues a job; `publishing` is the publishing lock, if the caller holds it.
    pub(in crate::store) fn rescue_settled(
        &self,
        session: &SessionId,
        job: &JobId,
        publishing: Option<&Lock>,
    ) -> Result<Rescue, StoreError> {
        let lock = self.base.lock_record_briefly(job)?;
        let record = self.records.read_in(session, job)?;
        if !record.life.is_running() {
            return Ok(Rescue::NotNeeded);
        }
        let path = self.leases.lease_file(job);
        let lease = self.base.disk.lock(&path, false).map_err(StoreError::io(&path))?;
        let missing = lease.is_some() || self.leases.hung_for(&record).is_some();
        let publishing = publishing.filter(|_| record.is_publishing());
        if !missing || (record.is_publishing() && publishing.is_none()) {
            return Ok(Rescue::Alive);
        }
        let finished = publishing.map_or(Ok(false), |publishing| self.results.finish_publishing(&record, publishing));
        let (done, blocked) = match finished {
            Ok(done) => (done, None),
            Err(error) if error.is_blocked() => (false, Some(error.to_string())),
            // The disk fails: a later rescue may finish it, but the job was cancelled.
            Err(_) if record.cancel_requested_at.is_some() => (false, None),
            Err(error) => return Err(error),
        };
        let after = if done { self.results.last_completion(session, job)? } else { None };
        let rescued = self.records.change(session, job, Role::Rescuer, None, &lock, |record, now| {
            let illegal = StoreError::illegal(job);
            if done {
                complete(record, Actor::Rescue, now, after, job)
            } else if let Some(why) = blocked {
                record.fail(JobError::new("STORAGE_FAILED", why), Actor::Rescue, now).map_err(illegal)
            } else if record.cancel_requested_at.is_some() {
                record.transition(Life::Cancelled, Actor::Rescue, now).map_err(illegal)
            } else if record.attempt >= record.max_attempts {
                record.fail(died(record), Actor::Rescue, now).map_err(illegal)
            } else {
                record.transition(Life::Queued, Actor::Rescue, now).map_err(illegal)
            }
        })?;
        let _ = self.results.remove_staging(&self.base.layout.staging(session, job, record.attempt));
        // A hung worker keeps its lock on the unlinked file; the next one creates a new file.
        self.leases.release_lease(session, job, &lock);
        self.index.journal.count(|counters| counters.rescues += 1);
        let worker = record.lease.as_ref().map(|lease| lease.worker.as_str()).unwrap_or_default();
        warn!(target: LOG, job_id = %job, session_id = %session, was = %record.stage_name(), now = %rescued.life, worker, "stale job: its worker was gone");
        if rescued.life.is_ended() {
            self.index.ended(&rescued, &lock);
        }
        Ok(Rescue::Done { before: Box::new(record), after: Box::new(rescued) })
    }
}

fn died(record: &Record) -> JobError {
    let (attempt, most, stage) = (record.attempt, record.max_attempts, record.stage_name());
    let detail = format!(
        "the worker died in stage {stage}, attempt {attempt} of {most}; `mixdown jobs retry {}` tries once more",
        record.job_id
    );
    JobError::new("WORKER_DIED", detail)
}
