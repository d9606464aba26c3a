//! The crossfade against a model: any sequence of calls has the same effect on both, and every
//! value is in one place, or has been handed back or dropped once.

use super::Crossfade;
use proptest::prelude::*;
use std::cell::RefCell;
use std::rc::Rc;

/// A value that notes its number when it is dropped.
#[derive(Debug)]
struct Value(u32, Rc<RefCell<Vec<u32>>>);

impl Drop for Value {
    fn drop(&mut self) {
        self.1.borrow_mut().push(self.0);
    }
}

/// A model of a crossfade: the numbers of the values, and the frames that are left.
#[derive(Debug, Default, PartialEq)]
struct Model {
    current: u32,
    next: Option<(u32, u64)>,
    retired: Option<u32>,
    dropped: Vec<u32>,
}

impl Model {
    fn start(&mut self, number: u32, frames: u64) -> bool {
        let free = self.next.is_none() && self.retired.is_none();
        if free {
            self.next = Some((number, frames));
        }
        free
    }

    fn advance(&mut self, frames: u64) {
        if let Some((_, left)) = &mut self.next {
            *left = left.saturating_sub(frames);
            if *left == 0 {
                self.finish();
            }
        }
    }

    fn finish(&mut self) {
        if let Some((number, _)) = self.next.take() {
            self.retired = Some(self.current);
            self.current = number;
        }
    }
}

#[derive(Clone, Debug)]
enum Act {
    Start { wait: u64, length: u64 },
    Advance(usize),
    Finish,
    Take,
    DropEven,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        3 => (0_u64..6, 0_u64..6).prop_map(|(wait, length)| Act::Start { wait, length }),
        4 => (0_usize..8).prop_map(Act::Advance),
        1 => Just(Act::Finish),
        2 => Just(Act::Take),
        1 => Just(Act::DropEven),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn a_crossfade_follows_the_model(acts in prop::collection::vec(act(), 1..60)) {
        let dropped = Rc::new(RefCell::new(Vec::new()));
        let value = |number| Value(number, Rc::clone(&dropped));
        let mut fade = Crossfade::new(value(0));
        let mut model = Model::default();
        // Values that came back are kept, so that no drop of the test's own is noted.
        let mut back = Vec::new();
        for (act, number) in acts.into_iter().zip(1..) {
            match act {
                Act::Start { wait, length } => {
                    let refused = fade.start(value(number), wait, length);
                    let expected = (!model.start(number, wait + length)).then_some(number);
                    prop_assert_eq!(refused.as_ref().map(|value| value.0), expected);
                    back.extend(refused);
                }
                Act::Advance(frames) => {
                    fade.advance(frames);
                    model.advance(frames as u64);
                }
                Act::Finish => {
                    fade.finish();
                    model.finish();
                }
                Act::Take => {
                    let retired = fade.take_retired();
                    prop_assert_eq!(retired.as_ref().map(|value| value.0), model.retired.take());
                    back.extend(retired);
                }
                Act::DropEven => {
                    fade.drop_retired_if(|value| value.0 % 2 == 0);
                    model.dropped.extend(model.retired.take_if(|number| *number % 2 == 0));
                }
            }
            let left = fade.remaining();
            let next = fade.both().map(|(_, next, ramp)| (next.0, ramp.remaining()));
            prop_assert_eq!(left, next.map_or(0, |(_, left)| left));
            let retired = fade.retired.as_ref().map(|value| value.0);
            let seen = Model { current: fade.current().0, next, retired, dropped: dropped.borrow().clone() };
            prop_assert_eq!(&seen, &model);
            prop_assert_eq!(fade.is_fading(), model.next.is_some());
            prop_assert_eq!(fade.is_free(), model.next.is_none() && model.retired.is_none());
        }
    }
}
