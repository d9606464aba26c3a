//! Exchange of chains against a model: any sequence of exchanges, one during another and through
//! resets, sends every replaced part back once, at the same block as the model. Nothing is dropped
//! or leaked on the way: each part is known by its address, and all that came back are kept.

use crate::audio::AudioBuffer;
use crate::dsp::Insert;
use crate::dsp::gain::GainSettings;
use crate::live::audio_thread::engine::LiveEngine;
use crate::live::audio_thread::message::{Action, AudioMessage, ChainSlot, ChainSwap, Retired};
use crate::live::test_engine::{MAX_BLOCK, RAMP, TestInput, engine, options, session};
use crate::mix::{Chain, CompensationDelay, Destination, IncomingChain};
use crate::process::ProcessSpec;
use crate::render::plan::Plan;
use crate::units::SampleRate;
use proptest::prelude::*;
use std::collections::{HashSet, VecDeque};
use std::sync::LazyLock;

static PLAN: LazyLock<Plan> = LazyLock::new(|| Plan::new(session()).unwrap());
const SLOTS: [ChainSlot; 5] =
    [ChainSlot::Track(0), ChainSlot::Track(1), ChainSlot::Bus(0), ChainSlot::Master, ChainSlot::Limiter];
const CONNECTIONS: [(Destination, usize); 3] =
    [(Destination::Master, 0), (Destination::Master, 1), (Destination::Bus(0), 0)];

/// A part of the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Part {
    /// No delay: nothing comes back.
    Absent,
    /// A chain with which the engine was built.
    Original,
    /// A part from the test, by its address.
    Sent(usize),
}

impl Part {
    fn of<T>(part: &T) -> Self {
        Self::Sent(std::ptr::from_ref(part).addr())
    }
}

/// A chain or a delay, its successor, and the frames until that is alone.
struct Place {
    current: Part,
    next: Option<(Part, u64)>,
}

/// An exchange in the model: each new part with its place.
struct Exchange {
    swap: Part,
    parts: Vec<(usize, Part)>,
    frames: u64,
}

/// A model of all exchanges that knows single frames alone. The places are [`SLOTS`], then
/// [`CONNECTIONS`].
struct Model {
    places: Vec<Place>,
    pending: VecDeque<Exchange>,
    /// True if a seek has been sent since the last frame.
    seeks: bool,
    /// Frames until the engine seeks, and everything is reset.
    fade_out: Option<u64>,
    /// True at the start, and from a seek until the next frame.
    is_cueing: bool,
    spent: Vec<Part>,
    /// Exchanges that have come back, each with the number of delays that it has added.
    applied: Vec<(Part, usize)>,
}

impl Model {
    fn new() -> Self {
        let parts = SLOTS.map(|_| Part::Original).into_iter().chain(CONNECTIONS.map(|_| Part::Absent));
        let places = parts.map(|current| Place { current, next: None }).collect();
        let (pending, spent, applied) = (VecDeque::new(), Vec::new(), Vec::new());
        Self { places, pending, seeks: false, fade_out: None, is_cueing: true, spent, applied }
    }

    /// Ends the exchanges that have at most so many frames left.
    fn finish(&mut self, frames: u64) {
        for place in &mut self.places {
            if let Some((next, _)) = place.next.take_if(|(_, left)| *left <= frames) {
                self.spent.push(std::mem::replace(&mut place.current, next));
            }
        }
    }

    fn render_frame(&mut self) {
        if std::mem::take(&mut self.seeks) && !self.is_cueing {
            self.fade_out = self.fade_out.or(Some(RAMP));
        }
        self.is_cueing = false;
        let places = &mut self.places;
        while let Some(first) = self.pending.front()
            && first.parts.iter().all(|(place, _)| places[*place].next.is_none())
            && let Some(exchange) = self.pending.pop_front()
        {
            self.spent.push(exchange.swap);
            let added = exchange.parts.iter().filter(|(place, _)| places[*place].current == Part::Absent).count();
            self.applied.push((exchange.swap, added));
            for (place, part) in exchange.parts {
                places[place].next = Some((part, exchange.frames));
            }
        }
        places.iter_mut().filter_map(|place| place.next.as_mut()).for_each(|(_, left)| *left -= 1);
        self.finish(0);
        if let Some(left) = &mut self.fade_out {
            *left -= 1;
            if *left == 0 {
                (self.fade_out, self.is_cueing) = (None, true);
                self.finish(u64::MAX);
            }
        }
    }
}

#[derive(Clone, Debug)]
enum Act {
    Swap { slot: usize, delays: [bool; 3], wait: u64, ramp: u64 },
    Seek,
    Render(usize),
}

fn act() -> impl Strategy<Value = Act> {
    let swap = (0..SLOTS.len(), any::<[bool; 3]>(), 0_u64..30, 1_u64..30);
    prop_oneof![
        4 => swap.prop_map(|(slot, delays, wait, ramp)| Act::Swap { slot, delays, wait, ramp }),
        1 => Just(Act::Seek),
        4 => (0_usize..25).prop_map(Act::Render),
        1 => (25_usize..200).prop_map(Act::Render),
    ]
}

fn send(engine: &mut LiveEngine<TestInput>, number: u64, action: Action) {
    let now = engine.frame;
    engine.schedule.add(AudioMessage { number, at: None, ramp: None, action }, now);
}

/// Takes a part in place of the control thread.
#[expect(clippy::used_underscore_binding)] // The engine itself never reads the field.
fn take_returned(engine: &LiveEngine<TestInput>) -> Option<Retired> {
    engine._returned.try_recv().ok()
}

/// Builds an exchange for the engine, and the same one for the model.
fn exchange(slot: usize, delays: [bool; 3], wait: u64, ramp: u64) -> (Box<ChainSwap>, Exchange) {
    let spec = ProcessSpec { sample_rate: SampleRate::new(48_000).unwrap(), max_block: MAX_BLOCK, channels: 2 };
    let chain = Chain::build(&[Insert::Gain(GainSettings { gain_db: -1.0 })], &spec).unwrap();
    let chain = Box::new(IncomingChain::new(chain, 2, MAX_BLOCK));
    let mut parts = vec![(slot, Part::of(&*chain))];
    let mut changes = Vec::new();
    for (index, (to, connection)) in CONNECTIONS.into_iter().enumerate().filter(|(index, _)| delays[*index]) {
        let delay = Box::new(CompensationDelay::new(index as u64, MAX_BLOCK));
        parts.push((SLOTS.len() + index, Part::of(&*delay)));
        changes.push((to, connection, Some(delay)));
    }
    let (chains, order, ramp_frames) = (vec![(SLOTS[slot], Some(chain))], None, Some(ramp));
    let delays = changes;
    let swap = Box::new(ChainSwap { chains, order, delays, wait, ramp: ramp_frames, latency: 0, added_delays: 0 });
    let model = Exchange { swap: Part::of(&*swap), parts, frames: wait + ramp };
    (swap, model)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn replaced_parts_come_back_as_in_the_model(acts in prop::collection::vec(act(), 1..50)) {
        let (mut live, _inputs) = engine(&PLAN, &options());
        let (mut model, mut sent, mut kept) = (Model::new(), HashSet::new(), Vec::new());
        send(&mut live.engine, 0, Action::Play);
        let mut out = AudioBuffer::new(2, 200);
        for (act, number) in acts.into_iter().zip(1..) {
            let mut frames = 0;
            match act {
                Act::Swap { slot, delays, wait, ramp } => {
                    let (swap, exchange) = exchange(slot, delays, wait, ramp);
                    sent.extend(exchange.parts.iter().map(|(_, part)| *part).chain([exchange.swap]));
                    model.pending.push_back(exchange);
                    send(&mut live.engine, number, Action::ChainSwap(swap));
                }
                Act::Seek => {
                    model.seeks = true;
                    send(&mut live.engine, number, Action::Seek(0));
                }
                Act::Render(more) => frames = more,
            }
            live.engine.process(&mut out.first_mut(frames));
            (0..frames).for_each(|_| model.render_frame());
            let (mut back, mut applied) = (Vec::new(), Vec::new());
            while let Some(part) = take_returned(&live.engine) {
                let known = match &part {
                    Retired::Applied { .. } => continue,
                    Retired::Chain(chain) => Part::of(&**chain),
                    Retired::Delay(delay) => Part::of(&**delay),
                    Retired::Swap(swap) => {
                        prop_assert!(swap.chains.iter().all(|(_, chain)| chain.is_none()));
                        prop_assert!(swap.delays.iter().all(|(.., delay)| delay.is_none()));
                        applied.push((Part::of(&**swap), swap.added_delays));
                        Part::of(&**swap)
                    }
                };
                back.push(if sent.contains(&known) { known } else { Part::Original });
                kept.push(part);
            }
            let mut expected = std::mem::take(&mut model.spent);
            expected.retain(|part| *part != Part::Absent);
            expected.sort_unstable();
            back.sort_unstable();
            prop_assert_eq!(back, expected);
            prop_assert_eq!(applied, std::mem::take(&mut model.applied));
        }
    }
}
