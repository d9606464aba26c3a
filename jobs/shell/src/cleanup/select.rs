//! Selection of the ended jobs to delete: the same for a dry run and a real one.

use crate::job::{JobId, Life, Record, SessionId};
use crate::kinds::{KeptFrom, Kind};
use crate::settings::Policy;
use crate::store::Outline;
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;

/// The properties of an ended job that decide its expiry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The job.
    pub job: JobId,
    /// Its session.
    pub session: SessionId,
    /// Its type.
    pub kind: Kind,
    /// Its end.
    pub life: Life,
    /// Time of the last change of its record.
    pub updated_at: Timestamp,
    /// Time of its end.
    pub finished_at: Timestamp,
}

impl Candidate {
    /// Returns the candidate of a record; `None` while the job has not ended.
    pub fn of(record: &Record) -> Option<Self> {
        let finished_at = record.finished_at.filter(|_| record.life.is_ended())?;
        Some(Self {
            job: record.job_id.clone(),
            session: record.session_id.clone(),
            kind: record.kind.clone(),
            life: record.life,
            updated_at: record.updated_at,
            finished_at,
        })
    }

    /// Returns the candidate of a record's outline.
    pub(super) fn of_outline(job: &Outline) -> Option<Self> {
        let finished_at = job.finished_at.filter(|_| job.state.life().is_ended())?;
        Some(Self {
            job: job.job_id.clone(),
            session: job.session_id.clone(),
            kind: job.kind.clone(),
            life: job.state.life(),
            updated_at: job.updated_at,
            finished_at,
        })
    }

    /// Returns true if its retention time has passed. A clock that jumps back only makes jobs
    /// younger.
    pub(super) fn has_expired(&self, policy: &Policy, older_than: Option<Duration>, now: Timestamp) -> bool {
        let since = match policy.expiry.get(self.kind.name()).map(|expiry| expiry.from) {
            Some(KeptFrom::LastChange) => self.updated_at,
            Some(KeptFrom::End) | None => self.finished_at,
        };
        let kept = older_than.or_else(|| policy.kept(&self.kind, self.life));
        kept.and_then(|kept| SignedDuration::try_from(kept).ok()).is_some_and(|kept| now.duration_since(since) > kept)
    }
}

/// Returns the jobs of one session to delete, oldest end first; `jobs` is its total number of jobs,
/// ended or not. An age in `older_than` replaces the table; the cap applies in any case.
pub fn select(
    mut ended: Vec<Candidate>,
    jobs: usize,
    policy: &Policy,
    older_than: Option<Duration>,
    now: Timestamp,
) -> Vec<Candidate> {
    ended.sort_by(|a, b| (a.finished_at, &a.job).cmp(&(b.finished_at, &b.job)));
    let expired = |job: &Candidate| job.has_expired(policy, older_than, now);
    let (mut missing, kept): (Vec<_>, Vec<_>) = ended.into_iter().partition(expired);
    let surplus = (jobs - missing.len().min(jobs)).saturating_sub(policy.session_cap);
    missing.extend(kept.into_iter().take(surplus));
    missing
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::Kinds;

    fn job(kind: &str, life: Life, age_s: i64, number: i64) -> Candidate {
        let at = Timestamp::from_second(1_000_000_000 - age_s).unwrap();
        let job = format!("job-{number}").parse().unwrap();
        let kind = Kinds::standard().get(kind).unwrap().clone();
        Candidate { job, session: "s".parse().unwrap(), kind, life, updated_at: at, finished_at: at }
    }

    fn is_due(kind: &str, life: Life, age_s: i64) -> bool {
        let now = Timestamp::from_second(1_000_000_000).unwrap();
        !select(vec![job(kind, life, age_s, 0)], 1, &Policy::default(), None, now).is_empty()
    }

    #[test]
    fn every_border_of_the_table_holds_to_the_second() {
        const H: i64 = 3_600;
        let mut borders =
            vec![("mix", Life::Complete, 48 * H), ("mix", Life::Error, 24 * H), ("mix", Life::Cancelled, 24 * H)];
        for kind in ["analysis", "export", "import", "cleanup"] {
            borders.extend([
                (kind, Life::Complete, 30),
                (kind, Life::Error, 7 * 24 * H),
                (kind, Life::Cancelled, 7 * 24 * H),
            ]);
        }
        for (kind, life, border) in borders {
            let found = [-1, 0, 1].map(|more| is_due(kind, life, border + more));
            assert_eq!(found, [false, false, true], "{kind} {life}");
            assert!(!is_due(kind, life, -100 * H), "a clock that jumped back");
        }
    }

    #[test]
    fn a_session_keeps_its_newest_and_running_jobs() {
        let now = Timestamp::from_second(1_000_000_000).unwrap();
        let ended: Vec<_> = (0..55).map(|n| job("mix", Life::Complete, n, n)).collect();
        let missing = select(ended, 57, &Policy::default(), None, now);
        let names: Vec<_> = missing.iter().map(|job| job.job.as_str()).collect();
        assert_eq!(names, ["job-54", "job-53", "job-52", "job-51", "job-50", "job-49", "job-48"]);
        // 60 running and 1 ended: only the ended one can be deleted.
        let missing = select(vec![job("mix", Life::Error, 1, 1)], 61, &Policy::default(), None, now);
        assert_eq!(missing.len(), 1);
    }
}
