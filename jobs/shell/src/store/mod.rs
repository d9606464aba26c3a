//! Records on a disk: no acknowledged change is lost, no partial record is read, no write
//! overwrites another unseen.

mod delete;
mod disk;
mod error;
mod expiring;
mod files;
mod layout;
mod lease;
mod leftovers;
mod list;
mod locks;
mod logs;
mod os_disk;
mod publish;
mod read;
mod record_update;
mod repair;
mod rescue;
mod submission_order;
mod submit;
mod summary;

#[cfg(test)]
mod simulation;

pub use delete::Deleted;
pub use disk::{Disk, Entry, EntryKind, Held, Lock, Stat, SyncPoint};
pub use error::StoreError;
pub use layout::{FINAL_MIX, Places, is_master};
pub use lease::{Claim, HeartbeatReply};
pub use list::{Filter, Overview};
pub use logs::{Counters, HistoryLine, ImportLine};
pub use os_disk::OsDisk;
pub use publish::Staged;
pub use record_update::Role;
pub use repair::{Repaired, Scope};
pub use rescue::Rescue;
pub use submit::Submitted;
pub use summary::Outline;

use crate::clock::{Clock, SystemClock};
use crate::settings::Settings;
use jiff::Timestamp;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Target of the lines about jobs in the program's log.
pub(crate) const LOG: &str = "mixdown::jobs";

/// The records of all jobs below two roots. Any number of processes and threads may open stores on
/// the same roots.
pub struct Store {
    disk: Arc<dyn Disk>,
    clock: Arc<dyn Clock>,
    places: Places,
    settings: Settings,
    prepared: AtomicBool,
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
        let places = Places::new(&settings.media, &settings.storage);
        Self { disk, clock, places, settings, prepared: AtomicBool::new(false) }
    }

    /// Returns the paths of the store.
    pub fn places(&self) -> &Places {
        &self.places
    }

    /// Returns the settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Returns the time of day.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Returns the disk.
    pub fn disk(&self) -> &dyn Disk {
        self.disk.as_ref()
    }

    /// Creates the shell's own folders. Reading does not need them.
    fn prepare(&self) -> Result<(), StoreError> {
        if self.prepared.load(Ordering::Acquire) {
            return Ok(());
        }
        for part in ["locks", "active", "leases", "keys", "history", "imports", "expiring"] {
            self.ensure(self.places.media(), &["jobs_index", ".shell", part])?;
        }
        self.prepared.store(true, Ordering::Release);
        Ok(())
    }
}
