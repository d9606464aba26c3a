//! Deletion of one job at a user's request.

use super::{Deleted, Store, StoreError};
use crate::job::JobId;

impl Store {
    /// Deletes one job of any age: its record, its index entry and marks, its key, and the result
    /// that it owns. A waiting job is cancelled first.
    ///
    /// # Errors
    /// When there is no such job, a worker has it, or a part of it cannot be deleted.
    pub fn delete_one(&self, job: &JobId) -> Result<Deleted, StoreError> {
        let session = self.index.session_of(job)?;
        let mut record = match self.records.read_in(&session, job) {
            Err(StoreError::SetAside { .. }) => return self.deletions.delete_set_aside(&session, job),
            found => found?,
        };
        if record.life.is_running() {
            self.recovery.rescue(&session, job)?;
            record = self.records.read_in(&session, job)?;
        }
        if record.life.is_running() {
            return Err(StoreError::Running { job: job.clone(), stage: record.stage_name() });
        }
        if !record.life.is_ended() {
            record = self.cancel(job)?;
        }
        let known = self.journal.history()?.into_iter().map(|line| line.job_id).collect();
        let mut deleted =
            self.deletions.delete(&session, std::slice::from_ref(job), &known, |now| now.rev == record.rev);
        if let Some(error) = deleted.errors.pop() {
            return Err(error);
        }
        if deleted.jobs == 0 {
            // It has been deleted or queued again in the meantime.
            let found = self.records.read_in(&session, job)?.rev;
            return Err(StoreError::Conflict { job: job.clone(), expected: record.rev, found });
        }
        self.journal.log_deletion(&record);
        if let Some(idempotency) = &record.idempotency {
            self.keys.free_key(&idempotency.key, job)?;
        }
        Ok(deleted)
    }
}
