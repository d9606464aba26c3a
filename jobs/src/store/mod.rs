//! Records on a disk: nothing acknowledged is lost, nothing torn is read, no write is lost under
//! another.

mod change;
mod delete;
mod disk;
mod error;
mod expiring;
mod files;
mod lease;
mod leftovers;
mod list;
mod locks;
mod logs;
mod os_disk;
mod places;
mod publish;
mod read;
mod recent;
mod repair;
mod rescue;
mod submit;
mod summary;

#[cfg(test)]
mod proofs;

pub use change::Who;
pub use delete::Deleted;
pub use disk::{Disk, Entry, Held, Kind, Lock, Stat, SyncPoint};
pub use error::StoreError;
pub use lease::{Beat, Claim};
pub use list::{Filter, Overview};
pub use logs::{Counters, HistoryLine, ImportLine};
pub use os_disk::OsDisk;
pub use places::{FINAL_MIX, Places, is_master};
pub use publish::Staged;
pub use repair::{Repaired, Scope};
pub use rescue::Rescue;
pub use submit::Submitted;
pub use summary::Outline;

use crate::clock::{Clock, SystemClock};
use crate::settings::Settings;
use jiff::Timestamp;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Names the lines about jobs in the program's log.
pub(crate) const LOG: &str = "mixdown::jobs";

/// The records of all jobs below two roots. Any number of processes and threads may have one on the
/// same roots.
pub struct Store {
    disk: Arc<dyn Disk>,
    clock: Arc<dyn Clock>,
    places: Places,
    settings: Settings,
    prepared: AtomicBool,
}

impl Store {
    /// A store on the machine's disk and clock. Makes the roots where they are missing.
    ///
    /// # Errors
    /// When a root cannot be made.
    pub fn open(settings: Settings) -> Result<Self, StoreError> {
        for root in [&settings.media, &settings.storage] {
            std::fs::create_dir_all(root).map_err(StoreError::io(root))?;
        }
        Ok(Self::with(settings, Arc::new(OsDisk), Arc::new(SystemClock)))
    }

    /// A store on the machine's disk and clock, for who only looks: the roots need not be there.
    pub fn looking(settings: Settings) -> Self {
        Self::with(settings, Arc::new(OsDisk), Arc::new(SystemClock))
    }

    /// A store on any disk and clock; the roots must be there.
    pub fn with(settings: Settings, disk: Arc<dyn Disk>, clock: Arc<dyn Clock>) -> Self {
        let places = Places::new(&settings.media, &settings.storage);
        Self { disk, clock, places, settings, prepared: AtomicBool::new(false) }
    }

    /// Where everything lies.
    pub fn places(&self) -> &Places {
        &self.places
    }

    /// What was set.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The time of day.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The disk.
    pub fn disk(&self) -> &dyn Disk {
        self.disk.as_ref()
    }

    /// Makes the shell's own folders. Reading does without them.
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
