//! What can be set about jobs: places, limits, times; defaults, and the file `mixdown.toml`.

mod duration;
mod file;
mod policy;

pub use duration::{DurationError, parse_duration};
pub use file::{SETTINGS_FILE, SettingsError};
pub use policy::{EXPIRY, Expiry, Policy};

use crate::jobs::JobType;
use std::path::PathBuf;
use std::time::Duration;

/// Everything that can be set.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// The folder of the records.
    pub media: PathBuf,
    /// The folder of the results.
    pub storage: PathBuf,
    /// Attempts that a job has.
    pub max_attempts: u32,
    /// Memory that a render may take, in MiB.
    pub memory_mb: u64,
    /// Time that a render may take.
    pub render_time: Duration,
    /// How long things are kept.
    pub policy: Policy,
    /// Time without a heartbeat after which a worker counts as hung, by type in the order of
    /// [`JobType::ALL`].
    pub hung_after: [Duration; 5],
    /// When cleanup runs by itself.
    pub cleanup: Schedule,
}

/// When cleanup runs by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// From one run to the next.
    pub every: Duration,
    /// How late a run may begin; one that is later waits for its next turn.
    pub grace: Duration,
    /// How long one run may take.
    pub at_most: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            media: "media".into(),
            storage: "storage".into(),
            max_attempts: 3,
            memory_mb: 4_096,
            render_time: Duration::from_secs(1_800),
            policy: Policy::default(),
            hung_after: JobType::ALL.map(|kind| Duration::from_secs(60 * kind.default_timeout_minutes())),
            cleanup: Schedule {
                every: Duration::from_secs(1_800),
                grace: Duration::from_secs(300),
                at_most: Duration::from_secs(300),
            },
        }
    }
}

impl Settings {
    /// Settings with other folders.
    pub fn at(media: impl Into<PathBuf>, storage: impl Into<PathBuf>) -> Self {
        Self { media: media.into(), storage: storage.into(), ..Self::default() }
    }

    /// Time without a heartbeat after which a worker with a job of this type counts as hung.
    pub fn hung_after(&self, kind: JobType) -> Duration {
        self.hung_after[kind as usize]
    }
}
