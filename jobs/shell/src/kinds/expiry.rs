//! Retention of ended jobs.

use crate::job::Life;
use std::time::Duration;

const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;

/// Retention times of ended jobs of one type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expiry {
    /// Retention when complete.
    pub complete: Duration,
    /// Retention when failed.
    pub error: Duration,
    /// Retention when cancelled.
    pub cancelled: Duration,
    /// The moment from which the retention counts.
    pub from: KeptFrom,
}

/// The moment from which a retention counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeptFrom {
    /// The last change of the record.
    LastChange,
    /// The end of the job.
    End,
}

impl Expiry {
    /// Retention of jobs that leave nothing: half a minute is enough for a page to show completion;
    /// failures stay 7 days.
    pub const SHORT: Self = Self::new(Duration::from_secs(30), Duration::from_secs(7 * DAY), KeptFrom::End);

    /// Retention of jobs with a result: 48 hours, failures 24.
    pub const RESULT: Self =
        Self::new(Duration::from_secs(48 * HOUR), Duration::from_secs(24 * HOUR), KeptFrom::LastChange);

    const fn new(complete: Duration, failed: Duration, from: KeptFrom) -> Self {
        Self { complete, error: failed, cancelled: failed, from }
    }

    /// Returns how long a job is kept; `None` while it has not ended.
    pub fn kept(&self, life: Life) -> Option<Duration> {
        match life {
            Life::Complete => Some(self.complete),
            Life::Error => Some(self.error),
            Life::Cancelled => Some(self.cancelled),
            Life::Queued | Life::Running => None,
        }
    }
}
