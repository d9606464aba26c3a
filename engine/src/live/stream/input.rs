//! What a live track reads from: an input that can be sent elsewhere, and that says when it is
//! there.

use super::cued_clip::{CuedClip, LoopRange};
use crate::audio::BlockMut;
use crate::mix::Input;

/// Where to go on reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cue {
    /// Counts the cues: what was read for an earlier one is thrown away.
    pub epoch: u64,
    /// Session frame.
    pub position: u64,
    /// What to play again and again from there on.
    pub loop_range: Option<LoopRange>,
}

/// An input that a live engine can play from. All calls: audio thread.
pub trait LiveInput: Input {
    /// Goes elsewhere.
    fn cue(&mut self, cue: Cue);

    /// Whether it is where it was last sent, with something to play.
    fn is_cued(&mut self) -> bool;

    /// Whether it can give this many frames now.
    fn is_ready(&mut self, frames: usize) -> bool;

    /// Whether nothing but silence is to come.
    fn has_ended(&self) -> bool;

    /// How often it has run out of sound since the last call.
    fn take_starvations(&mut self) -> u32;
}

/// A file that is read when it is needed: for an offline replay.
pub(crate) struct FileInput(pub(crate) CuedClip);

impl Input for FileInput {
    fn channels(&self) -> usize {
        self.0.channels()
    }

    fn fill(&mut self, block: &mut BlockMut<'_>) -> usize {
        self.0.fill(block)
    }
}

impl LiveInput for FileInput {
    fn cue(&mut self, cue: Cue) {
        self.0.cue(cue.position, cue.loop_range);
    }

    fn is_cued(&mut self) -> bool {
        true
    }

    fn is_ready(&mut self, _frames: usize) -> bool {
        true
    }

    fn has_ended(&self) -> bool {
        self.0.has_ended()
    }

    fn take_starvations(&mut self) -> u32 {
        0
    }
}
