//! The life of a record against a model: any sequence of requests to a record has the same effect
//! as on the model.

use crate::job::{Actor, JobError, Life, NewJob, Record};
use crate::kinds::Kinds;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

/// The states of a mix in the order of its life: the stages from [`RUNNING`] to [`EXPORTING`].
const STATES: [&str; 11] = [
    "queued",
    "running",
    "loading_stems",
    "aligning_stems",
    "processing_tracks",
    "mixing",
    "mastering",
    "exporting",
    "complete",
    "error",
    "cancelled",
];
const QUEUED: usize = 0;
const RUNNING: usize = 1;
const EXPORTING: usize = 7;
const COMPLETE: usize = 8;
const ERROR: usize = 9;
const CANCELLED: usize = 10;

/// A model of a job: written from the requirement, not from the table.
#[derive(Clone, Debug, PartialEq)]
struct Model {
    state: usize,
    attempt: u32,
    progress: u8,
}

impl Model {
    fn allows(&self, to: usize, by: Actor) -> bool {
        let active = (RUNNING..=EXPORTING).contains(&self.state);
        match by {
            Actor::Retry => to == QUEUED && matches!(self.state, ERROR | CANCELLED),
            Actor::Cancel => to == CANCELLED && self.state == QUEUED,
            Actor::Rescue if to == COMPLETE => self.state == EXPORTING,
            Actor::Rescue => active && matches!(to, QUEUED | ERROR | CANCELLED),
            Actor::Worker => match to {
                RUNNING => self.state == QUEUED,
                QUEUED | ERROR | CANCELLED => active,
                COMPLETE => matches!(self.state, EXPORTING | RUNNING),
                stage => active && stage > self.state,
            },
        }
    }

    fn transition(&mut self, to: usize, by: Actor) {
        if to == RUNNING {
            self.attempt += 1;
        }
        if to == QUEUED {
            self.progress = 0;
            if by == Actor::Worker {
                self.attempt -= 1;
            }
        }
        if to == COMPLETE {
            self.progress = 100;
        }
        self.state = to;
    }
}

#[derive(Clone, Debug)]
enum Act {
    Step(usize, Actor),
    Advance(u8),
}

fn act() -> impl Strategy<Value = Act> {
    let by = prop::sample::select(vec![Actor::Worker, Actor::Worker, Actor::Rescue, Actor::Cancel, Actor::Retry]);
    prop_oneof![
        3 => (0..STATES.len(), by).prop_map(|(state, by)| Act::Step(state, by)),
        1 => any::<u8>().prop_map(Act::Advance),
    ]
}

/// Takes a step of the record; returns true if it was allowed.
fn step(record: &mut Record, to: usize, by: Actor, now: Timestamp) -> bool {
    match STATES[to].parse::<Life>() {
        Ok(Life::Error) => record.fail(JobError::new("X", "y"), by, now).is_ok(),
        Ok(life) => record.transition(life, by, now).is_ok(),
        // Only a worker enters a stage.
        Err(_) => by == Actor::Worker && record.enter(STATES[to]).is_ok(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn a_record_follows_the_model(acts in prop::collection::vec(act(), 1..60)) {
        let mut now = Timestamp::UNIX_EPOCH;
        let kinds = Kinds::standard();
        let job = NewJob::mix("s".parse().unwrap(), serde_json::Value::Null);
        let mut record = job.into_record(kinds.get("mix").unwrap(), "j".parse().unwrap(), now, 99);
        let mut model = Model { state: QUEUED, attempt: 0, progress: 0 };
        for act in acts {
            now = now.checked_add(SignedDuration::from_secs(1)).unwrap();
            let before = record.clone();
            match act {
                Act::Step(to, by) => {
                    let moved = step(&mut record, to, by, now);
                    prop_assert_eq!(moved, model.allows(to, by), "{} to {} by {:?}", before.state(), STATES[to], by);
                    if moved { model.transition(to, by) } else { prop_assert_eq!(&record, &before) }
                }
                Act::Advance(percent) if record.life.is_running() => {
                    record.advance(percent);
                    model.progress = model.progress.max(percent.min(99));
                    prop_assert!(record.progress >= before.progress);
                }
                Act::Advance(_) => {}
            }
            let state = STATES.iter().position(|state| *state == record.state().name()).unwrap();
            let seen = Model { state, attempt: record.attempt, progress: record.progress };
            prop_assert_eq!(&seen, &model);
            prop_assert_eq!(record.error.is_some(), record.life == Life::Error);
            prop_assert_eq!(record.finished_at.is_some(), record.life.is_ended());
        }
    }
}
