//! The transport of an engine against a model: any sequence of commands, blocks, late readers and
//! ends has the same effect on both.

use crate::audio::AudioBuffer;
use crate::live::audio_thread::event::{Event, Motion};
use crate::live::control::command::Command;
use crate::live::stream::input::Cue;
use crate::live::stream::loop_range::LoopRange;
use crate::live::test_engine::{RAMP, engine, options, session};
use crate::render::plan::Plan;
use proptest::prelude::*;
use std::sync::LazyLock;
use std::sync::atomic::Ordering::Relaxed;

static PLAN: LazyLock<Plan> = LazyLock::new(|| Plan::new(session()).unwrap());

/// Action at the end of a fade-out.
#[derive(Clone, Copy, Debug, PartialEq)]
enum After {
    Play,
    Pause,
    Seek { position: u64, range: Option<LoopRange>, plays: bool },
}

/// A model of the transport that knows single frames alone.
struct Model {
    motion: Motion,
    position: u64,
    range: Option<LoopRange>,
    /// Action that waits for the fade-out, and the frames until then. A later one replaces it, but
    /// after a seek only another seek does.
    waiting: Option<(After, u64)>,
    /// True from a cue until the start from it.
    is_fresh: bool,
    cue: Cue,
    frame: u64,
    events: Vec<Event>,
}

impl Model {
    fn new() -> Self {
        let cue = Cue { epoch: 1, position: 0, loop_range: None };
        let (motion, events) = (Motion::Still, Vec::new());
        Self { motion, position: 0, range: None, waiting: None, is_fresh: true, cue, frame: 0, events }
    }

    fn note_motion(&mut self) {
        self.events.push(Event::Moved { motion: self.motion, frame: self.frame, position: self.position });
    }

    fn apply(&mut self, after: After) {
        self.waiting = None;
        match after {
            After::Play => self.motion = Motion::Rolling,
            After::Pause => self.motion = Motion::Still,
            After::Seek { position, range, plays } => {
                self.motion = if plays { Motion::Cueing } else { Motion::Still };
                self.range = range;
                self.position = range.filter(|(_, end)| position >= *end).map_or(position, |(start, _)| start);
                self.is_fresh = true;
                self.cue = Cue { epoch: self.cue.epoch + 1, position: self.position, loop_range: range };
            }
        }
    }

    fn request(&mut self, after: After) {
        let before = self.motion;
        match (self.motion, self.waiting, after) {
            (Motion::Rolling, Some((After::Seek { position, range, .. }, left)), After::Play | After::Pause) => {
                self.waiting = Some((After::Seek { position, range, plays: after == After::Play }, left));
            }
            (Motion::Rolling, Some((_, left)), _) => self.waiting = Some((after, left)),
            (Motion::Rolling, None, After::Play) | (Motion::Cueing, _, After::Play) => {}
            (Motion::Rolling, None, _) => self.waiting = Some((after, RAMP)),
            (Motion::Still, _, After::Play) if self.is_fresh => self.motion = Motion::Cueing,
            _ => self.apply(after),
        }
        if self.motion != before {
            self.note_motion();
        }
    }

    fn execute(&mut self, command: &Command) {
        let plays = match self.waiting {
            Some((after, _)) => matches!(after, After::Play | After::Seek { plays: true, .. }),
            None => self.motion != Motion::Still,
        };
        let (position, range) = match self.waiting {
            Some((After::Seek { position, range, .. }, _)) => (position, range),
            _ => (self.position, self.range),
        };
        match command {
            Command::Play => self.request(After::Play),
            Command::Pause => self.request(After::Pause),
            Command::Stop => self.request(After::Seek { position: 0, range, plays: false }),
            Command::Seek { position } => self.request(After::Seek { position: *position, range, plays }),
            Command::Loop { range } => self.request(After::Seek { position, range: *range, plays }),
            other => panic!("{other:?} does not move the transport"),
        }
    }

    /// Renders one frame, unless it stands still.
    fn render_frame(&mut self, is_cued: bool, has_ended: bool) {
        if self.motion == Motion::Cueing && is_cued {
            (self.motion, self.is_fresh) = (Motion::Rolling, false);
            self.note_motion();
        }
        if self.motion != Motion::Rolling {
            return;
        }
        self.frame += 1;
        self.position += 1;
        while let Some((start, end)) = self.range.filter(|(_, end)| self.position >= *end) {
            self.position -= end - start;
        }
        let left = self.waiting.as_mut().map(|(after, left)| {
            *left -= 1;
            (*after, *left)
        });
        if let Some((after, 0)) = left {
            self.apply(after);
            self.note_motion();
        } else if has_ended && !matches!(self.waiting, Some((After::Seek { .. }, _))) {
            self.events.push(Event::Ended { frame: self.frame });
            self.apply(After::Seek { position: 0, range: self.range, plays: false });
            self.note_motion();
        }
    }
}

#[derive(Clone, Debug)]
enum Act {
    Send(Box<Command>),
    Render(usize),
    /// The readers reach their cues, or do not.
    Cue(bool),
    /// One frame after the end of every stem.
    End,
}

fn act() -> impl Strategy<Value = Act> {
    let range = (0_u64..40, 1_u64..20).prop_map(|(start, length)| (start, start + length));
    let command = prop_oneof![
        4 => Just(Command::Play),
        2 => Just(Command::Pause),
        1 => Just(Command::Stop),
        2 => (0_u64..60).prop_map(|position| Command::Seek { position }),
        2 => prop::option::weighted(0.7, range).prop_map(|range| Command::Loop { range }),
    ];
    prop_oneof![
        4 => command.prop_map(|command| Act::Send(Box::new(command))),
        3 => (0_usize..20).prop_map(Act::Render),
        1 => (20_usize..200).prop_map(Act::Render),
        1 => prop::bool::weighted(0.7).prop_map(Act::Cue),
        1 => Just(Act::End),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn the_transport_follows_the_model(acts in prop::collection::vec(act(), 1..60)) {
        let (mut live, inputs) = engine(&PLAN, &options());
        let (mut model, mut sent, mut is_cued) = (Model::new(), Vec::new(), true);
        let mut out = AudioBuffer::new(2, 200);
        for act in acts {
            let has_ended = matches!(act, Act::End);
            let frames = match act {
                Act::Send(command) => {
                    live.control.now((*command).clone()).unwrap();
                    sent.push(command);
                    0
                }
                Act::Render(frames) => frames,
                Act::Cue(cued) => {
                    is_cued = cued;
                    0
                }
                Act::End => 1,
            };
            inputs.is_cued.store(is_cued, Relaxed);
            inputs.has_ended.store(has_ended, Relaxed);
            live.engine.process(&mut out.first_mut(frames));
            for _ in 0..frames {
                sent.drain(..).for_each(|command| model.execute(&command));
                model.render_frame(is_cued, has_ended);
            }
            let counters = live.engine.counters();
            let seen = (live.engine.motion(), counters.position(), counters.frame(), *inputs.last_cue.lock().unwrap());
            prop_assert_eq!(seen, (model.motion, model.position, model.frame, Some(model.cue)));
            prop_assert_eq!(live.events.try_iter().collect::<Vec<_>>(), std::mem::take(&mut model.events));
        }
    }
}

/// Plays 100 frames, sends commands during the fade-out of the first, and returns the position
/// halfway through it, and motion and position two frames after it.
fn after_fade_out(commands: &[Command]) -> (u64, Motion, u64) {
    let (mut live, _inputs) = engine(&PLAN, &options());
    let mut out = AudioBuffer::new(2, 100);
    live.control.now(Command::Play).unwrap();
    live.engine.process(&mut out.block_mut());
    for command in commands {
        live.control.now((*command).clone()).unwrap();
        live.engine.process(&mut out.first_mut(1));
    }
    live.engine.process(&mut out.first_mut(RAMP as usize / 2 - commands.len()));
    let during = live.engine.counters().position();
    live.engine.process(&mut out.first_mut(RAMP as usize / 2 + 2));
    (during, live.engine.motion(), live.engine.counters().position())
}

#[test]
fn a_seek_survives_what_follows_within_its_fade_out() {
    let seek = || Command::Seek { position: 5_000 };
    let repeat = |start, end| Command::Loop { range: Some((start, end)) };
    for (commands, motion, position) in [
        (&[seek(), Command::Play][..], Motion::Rolling, 5_002),
        (&[seek(), Command::Pause], Motion::Still, 5_000),
        (&[seek(), Command::Pause, Command::Play], Motion::Rolling, 5_002),
        (&[seek(), repeat(4_000, 6_000)], Motion::Rolling, 5_002),
        (&[repeat(4_000, 6_000), Command::Play], Motion::Rolling, 102),
        (&[repeat(10, 20), Command::Play], Motion::Rolling, 12),
        (&[repeat(10, 20), Command::Pause], Motion::Still, 10),
        (&[repeat(10, 20), seek()], Motion::Rolling, 12),
        (&[seek(), Command::Stop, Command::Play], Motion::Rolling, 2),
    ] {
        assert_eq!(after_fade_out(commands), (100 + RAMP / 2, motion, position), "{commands:?}");
    }
}

#[test]
fn a_loop_begins_with_its_jump() {
    let (mut live, _inputs) = engine(&PLAN, &options());
    let mut out = AudioBuffer::new(2, 100);
    live.control.now(Command::Play).unwrap();
    live.engine.process(&mut out.block_mut());
    live.control.now(Command::Loop { range: Some((10, 20)) }).unwrap();
    let positions = [0; RAMP as usize + 3].map(|_: u64| {
        live.engine.process(&mut out.first_mut(1));
        live.engine.counters().position()
    });
    let expected: Vec<u64> = (101..100 + RAMP).chain([10, 11, 12, 13]).collect();
    assert_eq!(positions[..], expected);
}

#[test]
fn a_seek_survives_the_end_of_the_mix() {
    let (mut live, inputs) = engine(&PLAN, &options());
    let mut out = AudioBuffer::new(2, 100);
    live.control.now(Command::Play).unwrap();
    live.engine.process(&mut out.block_mut());
    live.control.now(Command::Seek { position: 30 }).unwrap();
    inputs.has_ended.store(true, Relaxed);
    for _ in 0..RAMP {
        live.engine.process(&mut out.first_mut(1));
    }
    assert_eq!((live.engine.motion(), live.engine.counters().position()), (Motion::Cueing, 30));
    assert!(live.events.try_iter().all(|event| !matches!(event, Event::Ended { .. })));
}
