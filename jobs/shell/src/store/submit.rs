//! New jobs, each submitted once.

use super::disk::{Lock, SyncPoint};
use super::locks::check;
use super::logs::ImportLine;
use super::{LOG, Role, Store, StoreError};
use crate::job::{Actor, JobId, Life, NewJob, Record, SessionId, fingerprint, hex_digest};
use crate::kinds::{Kind, QueuedBy};
use serde::{Deserialize, Serialize};
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

/// Job of a key. Written before the job, so that a second submission cannot miss it.
#[derive(Serialize, Deserialize)]
struct KeyNote {
    job_id: JobId,
    session_id: SessionId,
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
        let queued_by = self.settings.kinds.get(job.kind).map_or(QueuedBy::None, |kind| kind.queued_by());
        if job.session_id.is_reserved() && queued_by != QueuedBy::Shell {
            return Err(StoreError::Reserved(job.session_id));
        }
        let kind = self.settings.kinds.get(job.kind).filter(|_| queued_by != QueuedBy::None);
        let Some(kind) = kind else { return Err(StoreError::NoRunner(job.kind.into())) };
        let Some(key) = job.key.clone() else { return self.create(kind, job, None, stems) };
        if key.is_empty() || key.chars().count() > 255 {
            return Err(StoreError::BadKey);
        }
        let name = hex_digest(key.as_bytes());
        let lock = self.lock_or_busy("key", &name, super::locks::PATIENCE)?;
        let path = self.places.shell("keys").join(format!("{name}.json"));
        if let Some(record) = self.holder_of(&path, &key)? {
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

    /// Returns the job of a key, if any.
    fn holder_of(&self, path: &Path, key: &str) -> Result<Option<Record>, StoreError> {
        let Some(bytes) = self.bytes(path)? else { return Ok(None) };
        // A note that cannot be read was never acknowledged.
        let Ok(note) = serde_json::from_slice::<KeyNote>(&bytes) else { return Ok(None) };
        match self.read_in(&note.session_id, &note.job_id) {
            Ok(record) => Ok(Some(record).filter(|found| found.idempotency.as_ref().is_some_and(|i| i.key == key))),
            Err(error) if error.is_missing() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Removes a key, if it still belongs to the job.
    pub(super) fn free_key(&self, key: &str, job: &JobId) -> Result<(), StoreError> {
        let name = hex_digest(key.as_bytes());
        let lock = self.lock_or_busy("key", &name, super::locks::PATIENCE)?;
        let path = self.places.shell("keys").join(format!("{name}.json"));
        let note = self.bytes(&path)?.and_then(|bytes| serde_json::from_slice::<KeyNote>(&bytes).ok());
        if note.is_some_and(|note| note.job_id == *job) {
            check(&lock, &path)?;
            self.remove(&path)?;
        }
        Ok(())
    }

    fn create(
        &self,
        kind: &Kind,
        job: NewJob,
        key: Option<(&Path, &Lock)>,
        stems: &[ImportLine],
    ) -> Result<Submitted, StoreError> {
        self.prepare()?;
        let now = self.now();
        let record = job.into_record(kind, JobId::new(now), now, self.settings.max_attempts);
        let (session, id) = (&record.session_id, &record.job_id);
        if let Some((path, lock)) = key {
            let note = KeyNote { job_id: id.clone(), session_id: session.clone() };
            let bytes = serde_json::to_vec(&note).unwrap_or_default();
            self.ensure_durable(self.places.media(), &["jobs_index", ".shell", "keys"])?;
            self.replace(path, &bytes, Some((SyncPoint::KeyBytes, SyncPoint::KeyName)), Some(lock))?;
        }
        let lock = self.lock_record(id)?;
        self.mark_active(session, id)?;
        // A process that has taken the key over may have given it to another job.
        let free = key.map_or(Ok(()), |(path, lock)| check(lock, path));
        if let Err(error) = free.and_then(|()| self.write_first(&record, &lock)) {
            if lock.is_current() {
                let _ = self.remove(&self.places.record(session, id));
            }
            self.unmark_active(session, id, &lock);
            return Err(error);
        }
        // The record exists: failures of the following steps can be repaired.
        let _ = self.write_index(session, id, &lock);
        drop(lock);
        self.note_recent(session, id);
        self.log_imports(session, id, stems);
        info!(target: LOG, job_id = %id, session_id = %session, job_type = %record.kind, "job created");
        Ok(Submitted { record, new: true })
    }

    fn write_first(&self, record: &Record, lock: &Lock) -> Result<(), StoreError> {
        let mut tries = 3;
        loop {
            let folder = self.ensure_durable(self.places.media(), &[record.session_id.as_str(), "jobs"]);
            match folder.and_then(|_| self.write_record(record, lock)) {
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
        let session = self.session_of(job)?;
        self.mark_active(&session, job)?;
        let lock = self.lock_record(job)?;
        self.change(&session, job, Role::Anyone, None, &lock, |record, now| {
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
        let session = self.session_of(job)?;
        let lock = self.lock_record(job)?;
        let record = self.change(&session, job, Role::Anyone, None, &lock, |record, now| {
            if record.life == Life::Queued {
                return record.transition(Life::Cancelled, Actor::Cancel, now).map_err(StoreError::illegal(job));
            }
            record.cancel_requested_at = record.cancel_requested_at.or(Some(now));
            Ok(())
        })?;
        if record.life.is_ended() {
            self.ended(&record, &lock);
            return Ok(record);
        }
        drop(lock);
        // If its worker is dead, no other process would carry out the request before the next
        // rescue.
        match self.rescue(&session, job) {
            Ok(super::Rescue::Done { after, .. }) => Ok(*after),
            _ => Ok(record),
        }
    }
}
