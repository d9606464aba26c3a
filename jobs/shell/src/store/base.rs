//! The disk, clock, paths and settings that all parts of the store share.

use super::{Disk, Layout, StoreError};
use crate::clock::Clock;
use crate::settings::Settings;
use jiff::Timestamp;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// The disk, clock, paths and settings that all parts of the store share.
pub(super) struct Base {
    pub(super) disk: Arc<dyn Disk>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) layout: Layout,
    pub(super) settings: Settings,
    prepared: AtomicBool,
    /// Files that were replaced since the store was opened.
    pub(super) writes: AtomicU64,
}

impl Base {
    pub(super) fn new(settings: Settings, disk: Arc<dyn Disk>, clock: Arc<dyn Clock>) -> Self {
        let layout = Layout::new(&settings.media, &settings.storage);
        Self { disk, clock, layout, settings, prepared: AtomicBool::new(false), writes: AtomicU64::new(0) }
    }

    /// Returns the time of day.
    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Creates the shell's own folders. Reading does not need them.
    pub(super) fn prepare(&self) -> Result<(), StoreError> {
        if self.prepared.load(Ordering::Acquire) {
            return Ok(());
        }
        for part in ["locks", "active", "leases", "keys", "history", "imports", "expiring"] {
            self.ensure(self.layout.media(), &["jobs_index", ".shell", part])?;
        }
        self.prepared.store(true, Ordering::Release);
        Ok(())
    }
}
