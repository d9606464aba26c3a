//! A small engine for tests, on inputs that the test controls: two tracks, of which the second
//! plays into the one bus.

use super::open::{Live, LiveOptions, open_with};
use super::stream::input::{Cue, LiveInput};
use crate::audio::BlockMut;
use crate::io::MemoryStem;
use crate::mix::Input;
use crate::render::plan::Plan;
use crate::session::{AlignMode, Bus, OutputFormat, Session, Target, Track};
use crate::units::SampleRate;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex};

/// Largest block that the engine renders in one part.
pub(crate) const MAX_BLOCK: usize = 64;
/// Length of every ramp, in frames.
pub(crate) const RAMP: u64 = 12;

/// State of all inputs of an engine.
#[derive(Default)]
pub(crate) struct InputState {
    /// True if the readers are at their cue.
    pub(crate) is_cued: AtomicBool,
    /// True if every stem has ended.
    pub(crate) has_ended: AtomicBool,
    pub(crate) last_cue: Mutex<Option<Cue>>,
}

/// A stereo input of constant level.
pub(crate) struct TestInput(Arc<InputState>);

impl Input for TestInput {
    fn channels(&self) -> usize {
        2
    }

    fn fill(&mut self, block: &mut BlockMut<'_>) -> usize {
        block.fill(0.1);
        block.frames()
    }
}

impl LiveInput for TestInput {
    fn cue(&mut self, cue: Cue) {
        *self.0.last_cue.lock().unwrap() = Some(cue);
    }

    fn is_cued(&mut self) -> bool {
        self.0.is_cued.load(Relaxed)
    }

    fn is_ready(&mut self, _frames: usize) -> bool {
        true
    }

    fn has_ended(&self) -> bool {
        self.0.has_ended.load(Relaxed)
    }

    fn take_starvations(&mut self) -> u32 {
        0
    }
}

/// Returns the session of the engine: tracks `a` and `b`, bus `group`, no inserts, no target.
pub(crate) fn session() -> Session {
    let rate = SampleRate::new(48_000).unwrap();
    let mut tracks = ["a", "b"].map(|name| {
        let stem = MemoryStem::from_planar(rate, &[&[0.1; 100], &[0.1; 100]]).unwrap();
        Track::from_memory(name, stem)
    });
    tracks[1].output = "group".into();
    let mut session = Session {
        tracks: tracks.into(),
        buses: vec![Bus::new("group")],
        sample_rate_hz: Some(rate),
        ..Session::default()
    };
    session.align.mode = AlignMode::Off;
    session.master.target = Target::None;
    session.output.format = OutputFormat::Wav32f;
    session
}

/// Returns options without meters: blocks of [`MAX_BLOCK`], ramps of [`RAMP`].
pub(crate) fn options() -> LiveOptions {
    LiveOptions { max_block: MAX_BLOCK, ramp_ms: RAMP as f64 / 48.0, readings_a_second: 0.0, ..LiveOptions::default() }
}

/// Builds an engine of a plan of stereo tracks, whose readers are at their cue.
pub(crate) fn engine(plan: &Plan, options: &LiveOptions) -> (Live<TestInput>, Arc<InputState>) {
    let state = Arc::new(InputState { is_cued: AtomicBool::new(true), ..InputState::default() });
    let inputs = plan.stems().iter().map(|_| TestInput(Arc::clone(&state))).collect();
    (open_with(plan, inputs, options).unwrap(), state)
}
