//! Input of a live track: it can be moved to another position and reports when it is there.

use super::cued_clip::CuedClip;
use super::loop_range::LoopRange;
use crate::audio::BlockMut;
use crate::mix::Input;

/// Position from which to continue reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cue {
    /// Number of the cue: frames read for an earlier one are discarded.
    pub epoch: u64,
    /// Session frame.
    pub position: u64,
    /// Loop range from there on.
    pub loop_range: Option<LoopRange>,
}

/// An input that a live engine can play from. All calls: audio thread.
pub trait LiveInput: Input {
    /// Moves to another position.
    fn cue(&mut self, cue: Cue);

    /// Returns true if it has reached the last cue and has frames to play.
    fn is_cued(&mut self) -> bool;

    /// Returns true if it can provide this many frames now.
    fn is_ready(&mut self, frames: usize) -> bool;

    /// Returns true if only silence remains.
    fn has_ended(&self) -> bool;

    /// Returns how many times it has run out of frames since the last call.
    fn take_starvations(&mut self) -> u32;
}

/// A file read on demand, for an offline replay.
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
