//! Data beside a job's life, such as the delivery of its callback.

use super::Records;
use crate::job::{JobId, Record};
use crate::store::StoreError;
use serde_json::Value;

impl Records {
    /// Sets an entry of a job's `extra` durably, whatever the job's state; does nothing when `edit`
    /// returns `None`. The time of the last change stays, since retention counts from it.
    ///
    /// # Errors
    /// When there is no such job, or its record cannot be read or written.
    pub fn annotate(
        &self,
        job: &JobId,
        key: &str,
        edit: impl FnOnce(&Record) -> Option<Value>,
    ) -> Result<Record, StoreError> {
        let session = self.index.session_of(job)?;
        let lock = self.base.lock_record(job)?;
        let mut record = self.read_in(&session, job)?;
        let Some(value) = edit(&record) else { return Ok(record) };
        record.extra.insert(key.to_owned(), value);
        record.rev = record.rev.saturating_add(1);
        self.write_record(&record, &lock)?;
        Ok(record)
    }
}
