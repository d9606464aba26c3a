//! The state machine against a model: any sequence of requests to a record has the same effect as
//! on the model.

use crate::job::{Actor, JobError, NewJob, Record, State};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

/// A model of a job: written from the requirement, not from the table.
#[derive(Clone, Debug, PartialEq)]
struct Model {
    state: State,
    attempt: u32,
    progress: u8,
}

impl Model {
    fn allows(&self, to: State, by: Actor) -> bool {
        let ended = |state| matches!(state, State::Complete | State::Error | State::Cancelled);
        let active = !ended(self.state) && self.state != State::Queued;
        match by {
            Actor::Retry => to == State::Queued && matches!(self.state, State::Error | State::Cancelled),
            Actor::Cancel => to == State::Cancelled && self.state == State::Queued,
            Actor::Rescue if to == State::Complete => self.state == State::Exporting,
            Actor::Rescue => active && matches!(to, State::Queued | State::Error | State::Cancelled),
            Actor::Worker => match to {
                State::Running => self.state == State::Queued,
                State::Queued | State::Error | State::Cancelled => active,
                State::Complete => matches!(self.state, State::Exporting | State::Running),
                stage => active && stage > self.state,
            },
        }
    }

    fn transition(&mut self, to: State, by: Actor) {
        if to == State::Running {
            self.attempt += 1;
        }
        if to == State::Queued {
            self.progress = 0;
            if by == Actor::Worker {
                self.attempt -= 1;
            }
        }
        if to == State::Complete {
            self.progress = 100;
        }
        self.state = to;
    }
}

#[derive(Clone, Debug)]
enum Act {
    Go(State, Actor),
    Advance(u8),
}

fn act() -> impl Strategy<Value = Act> {
    let by = prop::sample::select(vec![Actor::Worker, Actor::Worker, Actor::Rescue, Actor::Cancel, Actor::Retry]);
    prop_oneof![
        3 => (prop::sample::select(State::ALL.to_vec()), by).prop_map(|(state, by)| Act::Go(state, by)),
        1 => any::<u8>().prop_map(Act::Advance),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn a_record_does_what_the_model_does(acts in prop::collection::vec(act(), 1..60)) {
        let mut now = Timestamp::UNIX_EPOCH;
        let mut record: Record =
            NewJob::mix("s".parse().unwrap(), serde_json::Value::Null).into_record("j".parse().unwrap(), now, 99);
        let mut model = Model { state: State::Queued, attempt: 0, progress: 0 };
        for act in acts {
            now = now.checked_add(SignedDuration::from_secs(1)).unwrap();
            let before = record.clone();
            match act {
                Act::Go(to, by) => {
                    let moved = if to == State::Error {
                        record.fail(JobError::new("X", "y"), by, now).is_ok()
                    } else {
                        record.transition(to, by, now).is_ok()
                    };
                    prop_assert_eq!(moved, model.allows(to, by), "{} to {} by {:?}", before.state, to, by);
                    if moved { model.transition(to, by) } else { prop_assert_eq!(&record, &before) }
                }
                Act::Advance(percent) if record.state.is_active() => {
                    record.advance(percent);
                    model.progress = model.progress.max(percent.min(99));
                    prop_assert!(record.progress >= before.progress);
                }
                Act::Advance(_) => {}
            }
            let seen = Model { state: record.state, attempt: record.attempt, progress: record.progress };
            prop_assert_eq!(&seen, &model);
            prop_assert_eq!(record.error.is_some(), record.state == State::Error);
            prop_assert_eq!(record.finished_at.is_some(), record.state.is_ended());
        }
    }
}
