//! Records on a disk: nothing acknowledged is lost, nothing torn is read, no write is lost under another.

mod change;
mod delete;
mod disk;
mod error;
mod files;
mod lease;
mod leftovers;
mod list;
mod logs;
mod os_disk;
mod places;
mod publish;
mod read;
mod recent;
mod repair;
mod rescue;
mod submit;

#[cfg(test)]
mod proofs;

pub use change::Who;
pub use delete::Deleted;
pub use disk::{Disk, Entry, Kind, Lock, Stat, SyncPoint};
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

use crate::clock::{Clock, SystemClock};
use crate::jobs::{JobId, SessionId, hex_digest};
use crate::settings::Settings;
use jiff::Timestamp;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How long somebody with nothing else to do waits for a lock. Locks are held across a few operations of the disk.
const PATIENCE: Duration = Duration::from_millis(1_500);
/// How long somebody waits who has other jobs to go on with.
const BRIEF: Duration = Duration::from_millis(200);
/// Between two looks at a lock.
const LOOK: Duration = Duration::from_millis(2);

/// The records of all jobs below two roots. Any number of processes and threads may have one on the same roots.
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
        for part in ["locks", "active", "leases", "keys", "history", "imports"] {
            self.ensure(self.places.media(), &["jobs_index", ".shell", part])?;
        }
        self.prepared.store(true, Ordering::Release);
        Ok(())
    }

    /// Waits for one of the shell's locks, but not for a process that was stopped while it held it. Whoever holds several has taken them in this order: cleanup, key, publish,
    /// record; and never two of one kind.
    fn lock(&self, kind: &str, name: &str, patience: Duration) -> Result<Option<Lock>, StoreError> {
        self.prepare()?;
        // Two digits: few files, which jobs share, so that none is ever deleted. And the same in every version.
        let digest = hex_digest(name.as_bytes());
        let path = self.places.shell("locks").join(format!("{kind}-{}", &digest[..2]));
        let begin = Instant::now();
        loop {
            let lock = self.disk.lock(&path, false).map_err(StoreError::io(&path))?;
            if lock.is_some() || begin.elapsed() >= patience {
                return Ok(lock);
            }
            std::thread::sleep(LOOK);
        }
    }

    fn lock_record(&self, job: &JobId) -> Result<Option<Lock>, StoreError> {
        self.lock_or_busy("record", job.as_str(), PATIENCE)
    }

    /// The same for who has other jobs to go on with.
    fn lock_record_briefly(&self, job: &JobId) -> Result<Option<Lock>, StoreError> {
        self.lock_or_busy("record", job.as_str(), BRIEF)
    }

    fn lock_or_busy(&self, kind: &str, name: &str, patience: Duration) -> Result<Option<Lock>, StoreError> {
        let lock = self.lock(kind, name, patience)?;
        if lock.is_some() { Ok(lock) } else { Err(StoreError::Busy(format!("{kind} {name}"))) }
    }

    fn lock_publishing(&self, session: &SessionId) -> Result<Option<Lock>, StoreError> {
        self.lock_or_busy("publish", session.as_str(), PATIENCE)
    }

    /// The lock that lets only one cleanup run; `None` when one runs.
    ///
    /// # Errors
    /// When the lock's file cannot be made.
    pub fn try_lock_cleanup(&self) -> Result<Option<Lock>, StoreError> {
        self.lock("cleanup", "", Duration::ZERO)
    }
}
