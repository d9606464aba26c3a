//! The store of jobs: no acknowledged change is lost, no partial record is read, no write
//! overwrites another unseen.
//!
//! Each part keeps one kind of file, and uses only parts before it in this order: [`Journal`],
//! [`Quarantine`], [`Index`], [`Records`], [`Leases`], [`Results`], [`Listing`], [`Deletions`],
//! [`Recovery`]. All stand on one base: files that are replaced as a whole, and locks. [`Store`]
//! composes the parts, and holds the steps of a job's life that need several: submission,
//! publication, cancellation, deletion on request.

mod base;
mod delete;
mod deleted;
mod deletions;
mod error;
mod files;
mod fs;
mod index;
mod journal;
mod keys;
mod layout;
mod leases;
mod listing;
mod locks;
mod parallel;
mod publish;
mod quarantine;
mod records;
mod recovery;
mod results;
mod submit;

#[cfg(test)]
mod simulation;

pub use deleted::Deleted;
pub use deletions::Deletions;
pub use error::StoreError;
pub use fs::{Disk, Entry, EntryKind, Held, Lock, OsDisk, Stat, SyncPoint};
pub use index::Index;
pub use journal::{Counters, HistoryLine, ImportLine, Journal};
pub use layout::{FINAL_MIX, Layout, is_master};
pub use leases::{Claim, HeartbeatReply, Leases};
pub use listing::{Filter, Listing, Outline, Overview};
pub(crate) use parallel::for_each;
pub use quarantine::Quarantine;
pub use records::{Records, Role};
pub use recovery::{Recovery, Repaired, Rescue, Scope};
pub use results::{Results, Staged};
pub use submit::Submitted;

use crate::clock::{Clock, SystemClock};
use crate::job::{JobId, Life, Lookup};
use crate::settings::Settings;
use base::Base;
use jiff::Timestamp;
use keys::Keys;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Target of the lines about jobs in the program's log.
pub(crate) const LOG: &str = "mixdown::jobs";

/// The records of all jobs below two roots. Any number of processes and threads may open stores on
/// the same roots.
pub struct Store {
    base: Arc<Base>,
    keys: Keys,
    /// The history of ended jobs, and counters.
    pub journal: Journal,
    /// Damaged records.
    pub quarantine: Quarantine,
    /// The sessions and jobs there are.
    pub index: Index,
    /// The record of each job.
    pub records: Records,
    /// The jobs that workers have.
    pub leases: Leases,
    /// The results of sessions.
    pub results: Results,
    /// Views of many records at once.
    pub listing: Listing,
    /// The deletion of ended jobs.
    pub deletions: Deletions,
    /// Rescue and repair.
    pub recovery: Recovery,
}

impl Store {
    /// Opens a store on the machine's disk and clock. Creates missing roots.
    ///
    /// # Errors
    /// When a root cannot be created.
    pub fn open(settings: Settings) -> Result<Self, StoreError> {
        for root in [&settings.media, &settings.storage] {
            std::fs::create_dir_all(root).map_err(StoreError::io(root))?;
        }
        Ok(Self::with(settings, Arc::new(OsDisk), Arc::new(SystemClock)))
    }

    /// Opens a store on the machine's disk and clock for reading only: the roots need not exist.
    pub fn open_read_only(settings: Settings) -> Self {
        Self::with(settings, Arc::new(OsDisk), Arc::new(SystemClock))
    }

    /// Opens a store on any disk and clock; the roots must exist.
    pub fn with(settings: Settings, disk: Arc<dyn Disk>, clock: Arc<dyn Clock>) -> Self {
        let base = Arc::new(Base::new(settings, disk, clock));
        let journal = Journal { base: Arc::clone(&base) };
        let quarantine = Quarantine { base: Arc::clone(&base) };
        let index = Index { base: Arc::clone(&base), journal: journal.clone(), quarantine: quarantine.clone() };
        let records = Records { base: Arc::clone(&base), index: index.clone() };
        let leases = Leases { base: Arc::clone(&base), index: index.clone(), records: records.clone() };
        let results = Results { base: Arc::clone(&base), index: index.clone(), records: records.clone() };
        let listing = Listing { base: Arc::clone(&base), index: index.clone(), records: records.clone() };
        let deletions = Deletions {
            base: Arc::clone(&base),
            index: index.clone(),
            records: records.clone(),
            results: results.clone(),
        };
        let recovery = Recovery {
            base: Arc::clone(&base),
            index: index.clone(),
            records: records.clone(),
            leases: leases.clone(),
            results: results.clone(),
            deletions: deletions.clone(),
        };
        let keys = Keys { base: Arc::clone(&base), records: records.clone() };
        Self { base, keys, journal, quarantine, index, records, leases, results, listing, deletions, recovery }
    }

    /// Returns the paths of the store.
    pub fn layout(&self) -> &Layout {
        &self.base.layout
    }

    /// Returns the settings.
    pub fn settings(&self) -> &Settings {
        &self.base.settings
    }

    /// Returns the time of day.
    pub fn now(&self) -> Timestamp {
        self.base.now()
    }

    /// Returns the number of files that this store has written since it was opened.
    pub fn writes(&self) -> u64 {
        self.base.writes.load(Ordering::Relaxed)
    }

    /// Returns the disk.
    pub fn disk(&self) -> &dyn Disk {
        self.base.disk.as_ref()
    }

    /// Returns the lock that lets only one cleanup run; `None` when one runs.
    ///
    /// # Errors
    /// When the lock's file cannot be created.
    pub fn try_lock_cleanup(&self) -> Result<Option<Lock>, StoreError> {
        self.base.lock("cleanup", "", std::time::Duration::ZERO)
    }

    /// Looks up any id for its status: see [`status_document`](crate::job::status_document).
    pub fn look_up(&self, id: &str) -> Lookup {
        // An invalid id names no job.
        let Ok(job) = id.parse::<JobId>() else { return Lookup::NotFound };
        match self.records.read(&job) {
            Ok(record) => {
                let result = record.result.as_ref().filter(|_| record.life == Life::Complete);
                let result = result.and_then(|result| self.results.result_path(&record.session_id, result));
                Lookup::Found { record: Box::new(record), result }
            }
            Err(StoreError::NotFound(_)) => Lookup::NotFound,
            Err(StoreError::Expired(_) | StoreError::Deleted(_)) => Lookup::Expired,
            Err(error @ (StoreError::Corrupt { .. } | StoreError::SetAside { .. })) => {
                Lookup::Corrupt(error.to_string())
            }
            Err(error @ StoreError::Newer { .. }) => Lookup::Newer(error.to_string()),
            Err(error) => Lookup::Failed(error.to_string()),
        }
    }
}
