//! Leases: a job belongs to a worker as long as it holds the lock on the lease's file, so that its
//! death releases the job.

use super::disk::Lock;
use super::read::ProgressNote;
use super::{Role, Store, StoreError};
use crate::job::{Actor, JobId, Lease, Life, Record, SessionId};
use serde_json::Map;
use std::path::PathBuf;

/// A job claimed by this process. If it is dropped without an end, as when the process dies, it can
/// be rescued.
pub struct Claim {
    /// The record as this worker last wrote it.
    pub record: Record,
    /// Token of this claim.
    pub token: String,
    _lock: Lock,
}

/// Result of a heartbeat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeartbeatReply {
    /// True if cancellation of the job was requested.
    pub cancelled: bool,
}

impl Store {
    pub(super) fn lease_file(&self, job: &JobId) -> PathBuf {
        self.places.shell("leases").join(job.as_str())
    }

    /// Claims a queued job, if it is still queued and no other worker has it.
    ///
    /// # Errors
    /// When the record cannot be read or written.
    pub fn claim(&self, session: &SessionId, job: &JobId) -> Result<Option<Claim>, StoreError> {
        let record_lock = self.lock_record_briefly(job)?;
        let known = self.read_in(session, job)?;
        if known.life != Life::Queued {
            return Ok(None);
        }
        let path = self.lease_file(job);
        let lease = || self.disk.lock(&path, false).map_err(StoreError::io(&path));
        let mut lock = lease()?;
        if lock.is_none() {
            // A queued job has no owner: the lock of its record was taken over from a process that
            // was about to claim it.
            self.remove(&path)?;
            lock = lease()?;
        }
        let Some(lock) = lock else { return Ok(None) };
        let token = format!("{}-{}", known.rev, JobId::new(self.now()));
        let claimed = self.change(session, job, Role::Claimer, None, &record_lock, |record, now| {
            record.transition(Life::Running, Actor::Worker, now).map_err(StoreError::illegal(job))?;
            // More attempts than allowed can only come from outside; the record stays readable.
            record.max_attempts = record.max_attempts.max(record.attempt);
            record.lease = Some(Lease {
                token: token.clone(),
                worker: format!("process {}", std::process::id()),
                heartbeat_at: now,
                heartbeat_boot: Some(self.clock.boot()),
                unknown: Map::new(),
            });
            Ok(())
        });
        match claimed {
            Ok(record) => Ok(Some(Claim { record, token, _lock: lock })),
            Err(error) => {
                if record_lock.is_current() {
                    let _ = self.remove(&path);
                }
                Err(error)
            }
        }
    }

    /// Changes a job of this worker durably.
    ///
    /// # Errors
    /// When it no longer belongs to this worker, or the change is not allowed.
    pub fn write(
        &self,
        claim: &mut Claim,
        edit: impl FnOnce(&mut Record, jiff::Timestamp) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let lock = self.lock_record(&claim.record.job_id)?;
        self.write_under(claim, &lock, edit)
    }

    /// Changes a job as [`Store::write`] does, but gives up soon when the record is locked. For
    /// changes that may stay unwritten.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub fn write_briefly(
        &self,
        claim: &mut Claim,
        edit: impl FnOnce(&mut Record, jiff::Timestamp) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let lock = self.lock_record_briefly(&claim.record.job_id)?;
        self.write_under(claim, &lock, edit)
    }

    fn write_under(
        &self,
        claim: &mut Claim,
        lock: &Lock,
        edit: impl FnOnce(&mut Record, jiff::Timestamp) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let (session, job) = (claim.record.session_id.clone(), claim.record.job_id.clone());
        claim.record = self.change(&session, &job, Role::Holder(&claim.token), None, lock, |record, now| {
            if let Some(lease) = record.lease.as_mut() {
                lease.heartbeat_at = now;
                lease.heartbeat_boot = Some(self.clock.boot());
            }
            edit(record, now)
        })?;
        if claim.record.life.is_ended() || claim.record.life == Life::Queued {
            self.release_lease(&session, &job, lock);
        }
        if claim.record.life.is_ended() {
            self.ended(&claim.record, lock);
        }
        Ok(())
    }

    /// Writes a heartbeat with the progress: whole, not synced. Requires only the record's lock.
    ///
    /// # Errors
    /// When the job no longer belongs to this worker.
    pub fn beat(&self, claim: &mut Claim, percent: u8, message: &str) -> Result<HeartbeatReply, StoreError> {
        let (session, job) = (claim.record.session_id.clone(), claim.record.job_id.clone());
        let lock = self.lock_record_briefly(&job)?;
        let record = self.read_in(&session, &job)?;
        if record.lease.as_ref().is_none_or(|lease| lease.token != claim.token) {
            return Err(StoreError::LeaseLost(job));
        }
        claim.record = record;
        let moved = percent > claim.record.progress;
        claim.record.advance(percent);
        let word = ProgressNote {
            token: claim.token.clone(),
            progress: claim.record.progress,
            message: if moved { message.to_owned() } else { claim.record.message.clone() },
            at: self.now(),
            boot: Some(self.clock.boot()),
        };
        let path = self.places.beside(&session, &job, "progress");
        self.replace(&path, &serde_json::to_vec(&word).unwrap_or_default(), None, Some(&lock))?;
        Ok(HeartbeatReply { cancelled: claim.record.cancel_requested_at.is_some() })
    }

    /// Removes the files of a running job. Under the record's lock: without it no process opens the
    /// lease's file.
    pub(super) fn release_lease(&self, session: &SessionId, job: &JobId, lock: &Lock) {
        if !lock.is_current() {
            return;
        }
        let _ = self.remove(&self.lease_file(job));
        let _ = self.remove(&self.places.beside(session, job, "progress"));
    }

    /// Marks a job as waiting or running: an empty file, so that workers find it without reading
    /// every record.
    pub(super) fn mark_active(&self, session: &SessionId, job: &JobId) -> Result<(), StoreError> {
        self.prepare()?;
        let path = self.active_mark(session, job);
        self.disk.append(&path, b"").map_err(StoreError::io(&path))
    }

    pub(super) fn unmark_active(&self, session: &SessionId, job: &JobId, lock: &Lock) {
        if lock.is_current() {
            let _ = self.remove(&self.active_mark(session, job));
        }
    }

    fn active_mark(&self, session: &SessionId, job: &JobId) -> PathBuf {
        self.places.shell("active").join(format!("{job}~{session}"))
    }

    /// Returns the jobs that are marked as waiting or running, oldest first; a mark may be out of
    /// date.
    ///
    /// # Errors
    /// When the marks cannot be read.
    pub fn active(&self) -> Result<Vec<(SessionId, JobId)>, StoreError> {
        let marks = self.entries(&self.places.shell("active"))?;
        let ids = marks.iter().filter_map(|mark| mark.name.split_once('~'));
        Ok(ids.filter_map(|(job, session)| Some((session.parse().ok()?, job.parse().ok()?))).collect())
    }
}
