//! Retention times: the only table.

use crate::job::{JobType, State};
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(86_400);

/// Retention times of ended jobs of one type, from the last change of the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expiry {
    /// The type.
    pub kind: JobType,
    /// Retention when complete.
    pub complete: Duration,
    /// Retention when failed.
    pub error: Duration,
    /// Retention when cancelled.
    pub cancelled: Duration,
}

const fn of(kind: JobType, complete: Duration, failed: Duration) -> Expiry {
    Expiry { kind, complete, error: failed, cancelled: failed }
}

/// The default table.
pub const EXPIRY: [Expiry; 5] = [
    of(JobType::Mix, HOUR.saturating_mul(48), HOUR.saturating_mul(24)),
    // Half a minute is enough for a page to show completion.
    of(JobType::Analysis, SECOND.saturating_mul(30), DAY.saturating_mul(7)),
    of(JobType::Export, SECOND.saturating_mul(30), DAY.saturating_mul(7)),
    of(JobType::Import, SECOND.saturating_mul(30), DAY.saturating_mul(7)),
    of(JobType::Cleanup, SECOND.saturating_mul(30), DAY.saturating_mul(7)),
];

/// Retention times and limits.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// Ended jobs, one row per type.
    pub expiry: [Expiry; 5],
    /// Retention of the history of ended jobs.
    pub history: Duration,
    /// Retention of the log of imported stems.
    pub imports: Duration,
    /// Largest number of jobs per session, ended or not; above it the oldest ended ones are
    /// deleted.
    pub session_cap: usize,
    /// Largest share of all jobs that may expire at once, 0 to 1: a larger one indicates a clock
    /// that jumped.
    pub max_share: f64,
    /// Number of expiring jobs below which the share is ignored: a small store may become empty.
    pub share_floor: usize,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            expiry: EXPIRY,
            history: DAY.saturating_mul(30),
            imports: DAY.saturating_mul(14),
            session_cap: 50,
            max_share: 0.5,
            share_floor: 100,
        }
    }
}

impl Policy {
    /// Returns how long a job of a type and state is kept; `None` while it has not ended.
    pub fn kept(&self, kind: JobType, state: State) -> Option<Duration> {
        let row = self.expiry.iter().find(|row| row.kind == kind)?;
        match state {
            State::Complete => Some(row.complete),
            State::Error => Some(row.error),
            State::Cancelled => Some(row.cancelled),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_has_its_row_and_only_ended_jobs_expire() {
        let policy = Policy::default();
        for kind in JobType::ALL {
            for state in State::ALL {
                assert_eq!(policy.kept(kind, state).is_some(), state.is_ended(), "{kind} {state}");
            }
        }
        assert_eq!(policy.kept(JobType::Mix, State::Complete), Some(HOUR * 48));
        assert_eq!(policy.kept(JobType::Analysis, State::Complete), Some(SECOND * 30));
    }
}
