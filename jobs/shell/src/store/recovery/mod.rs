//! Recovery from crashes: jobs rescued, records repaired or set aside, leftovers removed.

mod leftovers;
mod repair;
mod rescue;

pub use repair::{Repaired, Scope};
pub use rescue::Rescue;

use super::StoreError;
use super::base::Base;
use super::deletions::Deletions;
use super::index::Index;
use super::leases::Leases;
use super::records::Records;
use super::results::Results;
use crate::job::{JobId, SessionId};
use std::sync::Arc;

/// Rescue of jobs whose workers died, and repair after crashes.
#[derive(Clone)]
pub struct Recovery {
    pub(super) base: Arc<Base>,
    pub(super) index: Index,
    pub(super) records: Records,
    pub(super) leases: Leases,
    pub(super) results: Results,
    pub(super) deletions: Deletions,
}

impl Recovery {
    /// Moves a damaged record to quarantine, with its bytes; returns true if it was still damaged
    /// under its lock.
    ///
    /// # Errors
    /// When it cannot be moved.
    pub fn set_aside(&self, session: &SessionId, job: &JobId) -> Result<bool, StoreError> {
        let lock = self.base.lock_record(job)?;
        if !matches!(self.records.read_in(session, job), Err(StoreError::Corrupt { .. })) {
            return Ok(false);
        }
        let folder = self.base.ensure(self.base.layout.media(), &[session.as_str(), "jobs", ".quarantine"])?;
        let from = self.base.layout.record(session, job);
        let free = (0_u32..).map(|count| folder.join(format!("{job}.{count}.json")));
        let to = free
            .into_iter()
            .find(|path| self.base.disk.stat(path).is_err())
            .unwrap_or_else(|| folder.join("last.json"));
        self.base.disk.rename(&from, &to).map_err(StoreError::io(&from))?;
        self.index.unmark_active(session, job, &lock);
        Ok(true)
    }
}
