//! Settings of jobs: folders, limits, times; defaults, and the file `mixdown.toml`.

mod duration;
mod file;
mod policy;

pub use duration::{DurationError, parse_duration};
pub use file::{SETTINGS_FILE, SettingsError};
pub use policy::{EXPIRY, Expiry, Policy};

use crate::job::JobType;
use std::path::PathBuf;
use std::time::Duration;

/// All settings.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// The folder of the records.
    pub media: PathBuf,
    /// The folder of the results.
    pub storage: PathBuf,
    /// Largest number of attempts per job.
    pub max_attempts: u32,
    /// Largest memory of a render, in MiB.
    pub memory_mb: u64,
    /// Longest time of a render.
    pub render_time: Duration,
    /// Retention times.
    pub policy: Policy,
    /// Time without a heartbeat after which a worker counts as hung, by type in the order of
    /// [`JobType::ALL`].
    pub hung_after: [Duration; 5],
    /// Schedule of automatic cleanups.
    pub cleanup: Schedule,
}

/// Schedule of automatic cleanups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// Time from one run to the next.
    pub every: Duration,
    /// Largest delay of a run; one that is later waits for its next turn.
    pub grace: Duration,
    /// Longest time of one run.
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
    /// Returns default settings with other folders.
    pub fn at(media: impl Into<PathBuf>, storage: impl Into<PathBuf>) -> Self {
        Self { media: media.into(), storage: storage.into(), ..Self::default() }
    }

    /// Returns the time without a heartbeat after which a worker with a job of this type counts as
    /// hung.
    pub fn hung_after(&self, kind: JobType) -> Duration {
        self.hung_after[kind as usize]
    }
}
