//! Retention times and limits.

use crate::job::Life;
use crate::kinds::{Expiry, Kind, Kinds};
use std::collections::BTreeMap;
use std::time::Duration;

const DAY: Duration = Duration::from_secs(86_400);

/// Retention times and limits.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// Ended jobs, by the name of their type.
    pub expiry: BTreeMap<&'static str, Expiry>,
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

impl Policy {
    /// Returns the default policy for these types of jobs.
    pub fn of(kinds: &Kinds) -> Self {
        Self {
            expiry: kinds.iter().map(|kind| (kind.name(), kind.expiry())).collect(),
            history: DAY.saturating_mul(30),
            imports: DAY.saturating_mul(14),
            session_cap: 50,
            max_share: 0.5,
            share_floor: 100,
        }
    }

    /// Returns how long a job of a type is kept; `None` while it has not ended.
    pub fn kept(&self, kind: &Kind, life: Life) -> Option<Duration> {
        self.expiry.get(kind.name())?.kept(life)
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self::of(&Kinds::standard())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_has_its_row_and_only_ended_jobs_expire() {
        let (policy, kinds) = (Policy::default(), Kinds::standard());
        for kind in kinds.iter() {
            for life in Life::ALL {
                assert_eq!(policy.kept(kind, life).is_some(), life.is_ended(), "{kind} {life}");
            }
        }
        let complete = |name| policy.kept(kinds.get(name).unwrap(), Life::Complete);
        assert_eq!(complete("mix"), Some(DAY * 2));
        assert_eq!(complete("analysis"), Some(Duration::from_secs(30)));
    }
}
