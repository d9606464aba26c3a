//! Leases: a job belongs to a worker as long as it holds the lock on the lease's file, so that its
//! death releases the job.

use super::base::Base;
use super::index::Index;
use super::records::{ProgressNote, Records};
use super::{Lock, Role, StoreError};
use crate::job::{Actor, JobId, Lease, Life, Record, SessionId};
use serde_json::Map;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

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

/// The leases of all workers.
#[derive(Clone)]
pub struct Leases {
    pub(super) base: Arc<Base>,
    pub(super) index: Index,
    pub(super) records: Records,
}

impl Leases {
    pub(super) fn lease_file(&self, job: &JobId) -> PathBuf {
        self.base.layout.shell("leases").join(job.as_str())
    }

    /// Claims a queued job, if it is still queued and no other worker has it.
    ///
    /// # Errors
    /// When the record cannot be read or written.
    pub fn claim(&self, session: &SessionId, job: &JobId) -> Result<Option<Claim>, StoreError> {
        let record_lock = self.base.lock_record_briefly(job)?;
        let known = self.records.read_in(session, job)?;
        if known.life != Life::Queued {
            return Ok(None);
        }
        let path = self.lease_file(job);
        let lease = || self.base.disk.lock(&path, false).map_err(StoreError::io(&path));
        let mut lock = lease()?;
        if lock.is_none() {
            // A queued job has no owner: the lock of its record was taken over from a process that
            // was about to claim it.
            self.base.remove(&path)?;
            lock = lease()?;
        }
        let Some(lock) = lock else { return Ok(None) };
        let token = format!("{}-{}", known.rev, JobId::new(self.base.now()));
        let claimed = self.records.change(session, job, Role::Claimer, None, &record_lock, |record, now| {
            record.transition(Life::Running, Actor::Worker, now).map_err(StoreError::illegal(job))?;
            // More attempts than allowed can only come from outside; the record stays readable.
            record.max_attempts = record.max_attempts.max(record.attempt);
            record.lease = Some(Lease {
                token: token.clone(),
                worker: format!("process {}", std::process::id()),
                heartbeat_at: now,
                heartbeat_boot: Some(self.base.clock.boot()),
                unknown: Map::new(),
            });
            Ok(())
        });
        match claimed {
            Ok(record) => Ok(Some(Claim { record, token, _lock: lock })),
            Err(error) => {
                if record_lock.is_current() {
                    let _ = self.base.remove(&path);
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
        let lock = self.base.lock_record(&claim.record.job_id)?;
        self.write_under(claim, &lock, edit)
    }

    /// Changes a job as [`Leases::write`] does, but gives up soon when the record is locked. For
    /// changes that may stay unwritten.
    ///
    /// # Errors
    /// As [`Leases::write`].
    pub fn write_briefly(
        &self,
        claim: &mut Claim,
        edit: impl FnOnce(&mut Record, jiff::Timestamp) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let lock = self.base.lock_record_briefly(&claim.record.job_id)?;
        self.write_under(claim, &lock, edit)
    }

    fn write_under(
        &self,
        claim: &mut Claim,
        lock: &Lock,
        edit: impl FnOnce(&mut Record, jiff::Timestamp) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let (session, job) = (claim.record.session_id.clone(), claim.record.job_id.clone());
        claim.record = self.records.change(&session, &job, Role::Holder(&claim.token), None, lock, |record, now| {
            if let Some(lease) = record.lease.as_mut() {
                lease.heartbeat_at = now;
                lease.heartbeat_boot = Some(self.base.clock.boot());
            }
            edit(record, now)
        })?;
        if claim.record.life.is_ended() || claim.record.life == Life::Queued {
            self.release_lease(&session, &job, lock);
        }
        if claim.record.life.is_ended() {
            self.index.ended(&claim.record, lock);
        }
        Ok(())
    }

    /// Writes a heartbeat with the progress: whole, not synced. Requires only the record's lock.
    ///
    /// # Errors
    /// When the job no longer belongs to this worker.
    pub fn beat(&self, claim: &mut Claim, percent: u8, message: &str) -> Result<HeartbeatReply, StoreError> {
        let (session, job) = (claim.record.session_id.clone(), claim.record.job_id.clone());
        let lock = self.base.lock_record_briefly(&job)?;
        let record = self.records.read_in(&session, &job)?;
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
            at: self.base.now(),
            boot: Some(self.base.clock.boot()),
        };
        let path = self.base.layout.beside(&session, &job, "progress");
        self.base.replace(&path, &serde_json::to_vec(&word).unwrap_or_default(), None, Some(&lock))?;
        Ok(HeartbeatReply { cancelled: claim.record.cancel_requested_at.is_some() })
    }

    /// Removes the files of a running job. Under the record's lock: without it no process opens the
    /// lease's file.
    pub(super) fn release_lease(&self, session: &SessionId, job: &JobId, lock: &Lock) {
        if !lock.is_current() {
            return;
        }
        let _ = self.base.remove(&self.lease_file(job));
        let _ = self.base.remove(&self.base.layout.beside(session, job, "progress"));
    }

    /// Returns the time since a worker's last heartbeat, when that is longer than its type of job
    /// allows.
    ///
    /// The time is measured on the monotonic clock. The time of day is used only if the worker's
    /// clock cannot be compared. That is on a system without such a clock, or in a record of an
    /// older version.
    pub fn hung_for(&self, record: &Record) -> Option<Duration> {
        let lease = record.lease.as_ref()?;
        let now = self.base.clock.boot();
        let by_the_day = || Duration::try_from(self.base.now().duration_since(lease.heartbeat_at)).ok();
        let silent = lease.heartbeat_boot.as_ref().and_then(|heartbeat| now.since(heartbeat)).or_else(by_the_day)?;
        (silent > self.base.settings.hung_after(record.kind.name())).then_some(silent)
    }
}
