//! Idempotency keys: a note per key names its job.

use super::StoreError;
use super::base::Base;
use super::locks::{PATIENCE, check};
use super::records::Records;
use crate::job::{JobId, Record, SessionId, hex_digest};
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::sync::Arc;

/// Job of a key. Written before the job, so that a second submission cannot miss it.
#[derive(Serialize, Deserialize)]
pub(super) struct KeyNote {
    pub(super) job_id: JobId,
    pub(super) session_id: SessionId,
}

/// The idempotency keys of all jobs.
#[derive(Clone)]
pub(super) struct Keys {
    pub(super) base: Arc<Base>,
    pub(super) records: Records,
}

impl Keys {
    /// Returns the job of a key, if any.
    pub(super) fn holder_of(&self, path: &Path, key: &str) -> Result<Option<Record>, StoreError> {
        let Some(bytes) = self.base.bytes(path)? else { return Ok(None) };
        // A note that cannot be read was never acknowledged.
        let Ok(note) = serde_json::from_slice::<KeyNote>(&bytes) else { return Ok(None) };
        match self.records.read_in(&note.session_id, &note.job_id) {
            Ok(record) => Ok(Some(record).filter(|found| found.idempotency.as_ref().is_some_and(|i| i.key == key))),
            Err(error) if error.is_missing() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Removes a key, if it still belongs to the job.
    pub(super) fn free_key(&self, key: &str, job: &JobId) -> Result<(), StoreError> {
        let name = hex_digest(key.as_bytes());
        let lock = self.base.lock_or_busy("key", &name, PATIENCE)?;
        let path = self.base.layout.shell("keys").join(format!("{name}.json"));
        let note = self.base.bytes(&path)?.and_then(|bytes| serde_json::from_slice::<KeyNote>(&bytes).ok());
        if note.is_some_and(|note| note.job_id == *job) {
            check(&lock, &path)?;
            self.base.remove(&path)?;
        }
        Ok(())
    }
}
