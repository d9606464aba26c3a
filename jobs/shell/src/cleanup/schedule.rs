//! Schedule of automatic cleanups.

use super::document::CleanupDocument;
use super::exclusive_run::{BUSY, clean_as_job, has_waiting_job};
use super::run::CleanupOptions;
use crate::settings::Schedule;
use crate::store::{Store, StoreError};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Decision about a scheduled run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Run now: on time, or delayed within the grace period.
    Run,
    /// Not yet; or a turn was missed by more than the grace period, and the next one counts.
    Wait,
}

/// Returns whether a run is due, given the start of the last one. Turns are `every` apart, counted
/// from the last run.
pub fn turn(last: Option<Timestamp>, now: Timestamp, schedule: &Schedule) -> Turn {
    let Some(last) = last else { return Turn::Run };
    let since = now.duration_since(last);
    if since < SignedDuration::ZERO {
        // The clock has jumped back: counting restarts.
        return Turn::Run;
    }
    let (since, every) = (since.unsigned_abs().as_nanos(), schedule.every.as_nanos().max(1));
    if since >= every && since % every <= schedule.grace.as_nanos() { Turn::Run } else { Turn::Wait }
}

#[derive(Serialize, Deserialize)]
struct LastRun {
    last_run_at: Timestamp,
}

/// Runs a full cleanup if it is due and none is running; returns its result, if it ran.
///
/// # Errors
/// When the note of the last run cannot be read.
pub fn run_if_due(store: &Store, stop: &dyn Fn() -> bool) -> Result<Option<Value>, StoreError> {
    let last = store.journal.note("cleanup.json")?.and_then(|bytes| serde_json::from_slice::<LastRun>(&bytes).ok());
    let now = store.now();
    let due = turn(last.map(|run| run.last_run_at), now, &store.settings().cleanup) == Turn::Run;
    if !due && !has_waiting_job(store)? {
        return Ok(None);
    }
    let document = clean_as_job(store, &CleanupOptions::default(), &mut |_| stop());
    if document.as_ref().is_ok_and(is_busy) {
        return Ok(None);
    }
    if due {
        // A full disk only makes the next run come sooner.
        let _ = store
            .journal
            .write_note("cleanup.json", &serde_json::to_vec(&LastRun { last_run_at: now }).unwrap_or_default());
    }
    document.map(|document| Some(document.to_json()))
}

fn is_busy(document: &CleanupDocument) -> bool {
    document.errors.first().is_some_and(|error| error == BUSY)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_cleanup_is_due_every_half_hour_with_five_to_spare() {
        let minute = |m: i64| Timestamp::from_second(m * 60).unwrap();
        let schedule = Schedule {
            every: Duration::from_secs(1_800),
            grace: Duration::from_secs(300),
            at_most: Duration::from_secs(300),
        };
        let at = |m| turn(Some(minute(0)), minute(m), &schedule);
        assert_eq!(turn(None, minute(7), &schedule), Turn::Run);
        for (m, expected) in [(0, Turn::Wait), (29, Turn::Wait), (30, Turn::Run), (35, Turn::Run), (36, Turn::Wait)] {
            assert_eq!(at(m), expected, "{m}");
        }
        assert_eq!((at(59), at(60), at(-5)), (Turn::Wait, Turn::Run, Turn::Run));
    }
}
