//! New jobs, each submitted once.

use super::keys::KeyNote;
use super::locks::{PATIENCE, check};
use super::{ImportLine, LOG, Lock, Rescue, Role, Store, StoreError, SyncPoint};
use crate::job::{Actor, JobId, Life, NewJob, Record, fingerprint, hex_digest};
use crate::kinds::{Kind, QueuedBy};
use std::io::ErrorKind;
use std::path::Path;
use tracing::info;

/// A submitted job.
#[derive(Clone, Debug)]
pub struct Submitted {
    /// Its record.
    pub record: Record,
    /// True if it is new; false if the key was known.
    pub new: bool,
}

impl Store {
    /// Submits a job. On return, the job is durable.
    ///
    /// With a known key, the job of that key is returned instead. If that job failed and has
    /// attempts left, it is queued for another.
    ///
    /// # Errors
    /// When the session's name is reserved, or no runner exists for such jobs. When the key belongs
    /// to another request, or the record cannot be written.
    pub fn submit(&self, job: NewJob, stems: &[ImportLine]) -> Result<Submitted, StoreError> {
        let queued_by = self.base.settings.kinds.get(job.kind).map_or(QueuedBy::None, |kind| kind.queued_by());
        if job.session_id.is_reserved() && queued_by != QueuedBy::Shell {
            return Err(StoreError::Reserved(job.session_id));
        }
        let kind = self.base.settings.kinds.get(job.kind).filter(|_| queued_by != QueuedBy::None);
        let Some(kind) = kind else { return Err(StoreError::NoRunner(job.kind.into())) };
        let Some(key) = job.key.clone() else { return self.create(kind, job, None, stems) };
        if key.is_empty() || key.chars().count() > 255 {
            return Err(StoreError::BadKey);
        }
        let name = hex_digest(key.as_bytes());
        let lock = self.base.lock_or_busy("key", &name, PATIENCE)?;
        let path = self.base.layout.shell("keys").join(format!("{name}.json"));
        if let Some(record) = self.keys.holder_of(&path, &key)? {
            let mut extra = job.extra.clone();
            if !record.extra.contains_key("stems") {
                // An older version took no fingerprint of the stems.
                extra.remove("stems");
            }
            let print = fingerprint(job.kind, &job.session_id, &extra);
            if record.idempotency.as_ref().is_some_and(|known| known.fingerprint != print) {
                return Err(StoreError::KeyTaken { key, job: record.job_id });
            }
            let again = record.life == Life::Error && record.attempt < record.max_attempts;
            let record = if again { self.retry(&record.job_id)? } else { record };
            return Ok(Submitted { record, new: false });
        }
        self.create(kind, job, Some((&path, &lock)), stems)
    }

    fn create(
        &self,
        kind: &Kind,
        job: NewJob,
        key: Option<(&Path, &Lock)>,
        stems: &[ImportLine],
    ) -> Result<Submitted, StoreError> {
        self.base.prepare()?;
        let now = self.base.now();
        let record = job.into_record(kind, JobId::new(now), now, self.base.settings.max_attempts);
        let (session, id) = (&record.session_id, &record.job_id);
        if let Some((path, lock)) = key {
            let note = KeyNote { job_id: id.clone(), session_id: session.clone() };
            let bytes = serde_json::to_vec(&note).unwrap_or_default();
            self.base.ensure_durable(self.base.layout.media(), &["jobs_index", ".shell", "keys"])?;
            self.base.replace(path, &bytes, Some((SyncPoint::KeyBytes, SyncPoint::KeyName)), Some(lock))?;
        }
        let lock = self.base.lock_record(id)?;
        self.index.mark_active(session, id)?;
        // A process that has taken the key over may have given it to another job.
        let free = key.map_or(Ok(()), |(path, lock)| check(lock, path));
        if let Err(error) = free.and_then(|()| self.write_first(&record, &lock)) {
            if lock.is_current() {
                let _ = self.base.remove(&self.base.layout.record(session, id));
            }
            self.index.unmark_active(session, id, &lock);
            return Err(error);
        }
        // The record exists: failures of the following steps can be repaired.
        let _ = self.index.write_index(session, id, &lock);
        drop(lock);
        self.index.note_recent(session, id);
        self.journal.log_imports(session, id, stems);
        info!(target: LOG, job_id = %id, session_id = %session, job_type = %record.kind, "job created");
        Ok(Submitted { record, new: true })
    }

    fn write_first(&self, record: &Record, lock: &Lock) -> Result<(), StoreError> {
        let mut tries = 3;
        loop {
            let folder = self.base.ensure_durable(self.base.layout.media(), &[record.session_id.as_str(), "jobs"]);
            match folder.and_then(|_| self.records.write_record(record, lock)) {
                // A cleanup has just removed the empty folder.
                Err(StoreError::Io { source, .. }) if source.kind() == ErrorKind::NotFound && tries > 0 => tries -= 1,
                other => return other,
            }
        }
    }

    /// Queues a job that ended without a result for another attempt; allows one attempt more if it
    /// had used all.
    ///
    /// # Errors
    /// When it is complete or has not ended.
    pub fn retry(&self, job: &JobId) -> Result<Record, StoreError> {
        let session = self.index.session_of(job)?;
        self.index.mark_active(&session, job)?;
        let lock = self.base.lock_record(job)?;
        self.records.change(&session, job, Role::Anyone, None, &lock, |record, now| {
            record.max_attempts = record.max_attempts.max(record.attempt.saturating_add(1));
            record.transition(Life::Queued, Actor::Retry, now).map_err(StoreError::illegal(job))
        })
    }

    /// Requests cancellation of a job: immediate when no worker has it, otherwise at the worker's
    /// next step.
    ///
    /// # Errors
    /// When it has ended.
    pub fn cancel(&self, job: &JobId) -> Result<Record, StoreError> {
        let session = self.index.session_of(job)?;
        let lock = self.base.lock_record(job)?;
        let record = self.records.change(&session, job, Role::Anyone, None, &lock, |record, now| {
            if record.life == Life::Queued {
                return record.transition(Life::Cancelled, Actor::Cancel, now).map_err(StoreError::illegal(job));
            }
            record.cancel_requested_at = record.cancel_requested_at.or(Some(now));
            Ok(())
        })?;
        if record.life.is_ended() {
            self.index.ended(&record, &lock);
            return Ok(record);
        }
        drop(lock);
        // If its worker is dead, no other process would carry out the request before the next
        // rescue.
        match self.recovery.rescue(&session, job) {
            Ok(Rescue::Done { after, .. }) => Ok(*after),
            _ => Ok(record),
        }
    }
}
