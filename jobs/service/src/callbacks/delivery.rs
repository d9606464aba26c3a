//! The delivery of a callback, as the job's record has it.

use jiff::{SignedDuration, Timestamp};
use mixdown_shell::job::Record;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Key of the delivery in a record's `extra`.
pub(crate) const CALLBACK: &str = "callback";

/// Seconds from one attempt to the next.
const BACK_OFF: [i64; 5] = [1, 5, 30, 120, 600];

/// The delivery of a callback. It begins anew when a job ends again after a retry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Delivery {
    /// The address.
    pub(crate) url: String,
    /// Number of attempts so far.
    #[serde(default)]
    pub(crate) attempts: u32,
    /// Time of the delivery.
    #[serde(default)]
    pub(crate) delivered_at: Option<Timestamp>,
    /// Reason for which the last attempt failed.
    #[serde(default)]
    pub(crate) last_error: Option<String>,
    /// Earliest time of the next attempt.
    #[serde(default)]
    next_at: Option<Timestamp>,
    /// End of the job that the attempts belong to.
    #[serde(default)]
    finished_at: Option<Timestamp>,
    /// Fields of other versions.
    #[serde(flatten)]
    unknown: Map<String, Value>,
}

impl Delivery {
    /// Creates the delivery of a new job.
    pub(crate) fn new(url: String) -> Self {
        let unknown = Map::new();
        Self { url, attempts: 0, delivered_at: None, last_error: None, next_at: None, finished_at: None, unknown }
    }

    /// Returns the delivery of a job, if it has a callback. It is a new one if the job has not
    /// ended since the last.
    pub(crate) fn of(record: &Record) -> Option<Self> {
        let delivery: Self = serde_json::from_value(record.extra.get(CALLBACK)?.clone()).ok()?;
        let belongs = delivery.finished_at.is_none() || delivery.finished_at == record.finished_at;
        Some(if belongs { delivery } else { Self { unknown: delivery.unknown, ..Self::new(delivery.url) } })
    }

    /// Returns it as JSON.
    pub(crate) fn to_json(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    /// Returns true if another attempt is to be made, at once or later.
    pub(super) fn is_pending(&self) -> bool {
        self.delivered_at.is_none() && (self.attempts as usize) <= BACK_OFF.len()
    }

    /// Returns true if an attempt is to be made now.
    pub(super) fn is_due(&self, now: Timestamp) -> bool {
        // A clock that was set back must not delay it for long.
        let far = SignedDuration::from_secs(2 * BACK_OFF[BACK_OFF.len() - 1]);
        self.is_pending() && self.next_at.is_none_or(|at| at <= now || at.duration_since(now) > far)
    }

    /// Adds an attempt for the end of a job.
    pub(super) fn add(&mut self, outcome: Result<(), String>, now: Timestamp, record: &Record) {
        let pause = BACK_OFF.get(self.attempts as usize).copied();
        self.attempts = self.attempts.saturating_add(1);
        self.finished_at = record.finished_at;
        self.delivered_at = outcome.is_ok().then_some(now);
        self.last_error = outcome.err();
        let next = pause.filter(|_| self.delivered_at.is_none());
        self.next_at = next.and_then(|pause| now.checked_add(SignedDuration::from_secs(pause)).ok());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mixdown_shell::job::{Actor, JobId, Life, NewJob};
    use mixdown_shell::kinds::Kinds;

    #[test]
    fn six_attempts_are_made_with_growing_pauses_and_a_retry_begins_anew() {
        let mut now = Timestamp::from_second(1_000).unwrap();
        let mut job = NewJob::mix("s".parse().unwrap(), Value::Null);
        job.extra.insert(CALLBACK.into(), Delivery::new("https://example.org/".into()).to_json());
        let mut record = job.into_record(Kinds::standard().get("mix").unwrap(), JobId::new(now), now, 3);
        record.transition(Life::Cancelled, Actor::Cancel, now).unwrap();
        let mut delivery = Delivery::of(&record).unwrap();
        let mut pauses = Vec::new();
        while delivery.is_pending() {
            let begin = now;
            while !delivery.is_due(now) {
                now = now.checked_add(SignedDuration::from_secs(1)).unwrap();
            }
            pauses.push(now.duration_since(begin).as_secs());
            delivery.add(Err("refused".into()), now, &record);
        }
        assert_eq!(pauses, [0, 1, 5, 30, 120, 600]);
        record.extra.insert(CALLBACK.into(), delivery.to_json());
        assert_eq!(Delivery::of(&record).unwrap().attempts, 6);
        record.transition(Life::Queued, Actor::Retry, now).unwrap();
        assert_eq!(Delivery::of(&record), Some(Delivery::new("https://example.org/".into())));
    }
}
