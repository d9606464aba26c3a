//! Settings of jobs: folders, limits, times; defaults, and the file `mixdown.toml`.

mod duration;
mod file;
mod policy;

pub use duration::{DurationError, parse_duration};
pub use file::{SETTINGS_FILE, SettingsError};
pub use policy::Policy;

use crate::kinds::{JobKind, Kinds, Limits};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

/// All settings.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// The folder of the records.
    pub media: PathBuf,
    /// The folder of the results.
    pub storage: PathBuf,
    /// The types of jobs.
    pub kinds: Kinds,
    /// Largest number of attempts per job.
    pub max_attempts: u32,
    /// Largest memory of a render, in MiB.
    pub memory_mb: u64,
    /// Longest time of a render.
    pub render_time: Duration,
    /// Retention times.
    pub policy: Policy,
    /// Time without a heartbeat after which a worker counts as hung, by the name of the job's type.
    pub hung_after: BTreeMap<&'static str, Duration>,
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
        let kinds = Kinds::standard();
        Self {
            media: "media".into(),
            storage: "storage".into(),
            max_attempts: 3,
            memory_mb: 4_096,
            render_time: Duration::from_secs(1_800),
            policy: Policy::of(&kinds),
            hung_after: kinds.iter().map(|kind| (kind.name(), kind.hung_after())).collect(),
            cleanup: Schedule {
                every: Duration::from_secs(1_800),
                grace: Duration::from_secs(300),
                at_most: Duration::from_secs(300),
            },
            kinds,
        }
    }
}

impl Settings {
    /// Returns default settings with other folders.
    pub fn at(media: impl Into<PathBuf>, storage: impl Into<PathBuf>) -> Self {
        Self { media: media.into(), storage: storage.into(), ..Self::default() }
    }

    /// Adds a type of job, or puts another one in the place of its namesake, whose settings stay.
    #[must_use]
    pub fn with(mut self, kind: impl JobKind + 'static) -> Self {
        self.policy.expiry.entry(kind.name()).or_insert_with(|| kind.expiry());
        self.hung_after.entry(kind.name()).or_insert_with(|| kind.hung_after());
        self.kinds = self.kinds.with(kind);
        self
    }

    /// Returns the limits of a process that works for a job.
    pub fn limits(&self) -> Limits {
        Limits { memory_mb: self.memory_mb, time: self.render_time }
    }

    /// Returns the time without a heartbeat after which a worker with a job of this type counts as
    /// hung; jobs of unknown types never do.
    pub fn hung_after(&self, kind: &str) -> Duration {
        self.hung_after.get(kind).copied().unwrap_or(Duration::MAX)
    }
}
