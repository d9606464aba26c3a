//! Types of jobs without code yet: records and settings that name them stay readable.

use super::job_kind::JobKind;
use std::time::Duration;

/// A type of job that this version cannot run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Planned {
    name: &'static str,
    hung_after: Duration,
}

impl Planned {
    /// Measures stems or masters.
    pub(super) const ANALYSIS: Self = Self::new("analysis", 60);
    /// Converts a result.
    pub(super) const EXPORT: Self = Self::new("export", 15);
    /// Imports stems.
    pub(super) const IMPORT: Self = Self::new("import", 15);

    const fn new(name: &'static str, hung_after_minutes: u64) -> Self {
        Self { name, hung_after: Duration::from_secs(60 * hung_after_minutes) }
    }
}

impl JobKind for Planned {
    fn name(&self) -> &'static str {
        self.name
    }

    fn hung_after(&self) -> Duration {
        self.hung_after
    }
}
