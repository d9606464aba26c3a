//! The beginning of a loop, kept: it is played at every turn while the stem is read anew up to
//! where it ends.

use super::cued_clip::LoopRange;
use crate::audio::{AudioBuffer, Block, BlockMut};
use crate::units::SampleRate;

/// What is kept at least, and at most, in seconds.
const KEPT_S: (f64, f64) = (0.25, 5.0);
/// Stems are read at so many times real time at least, eight of them on one thread: a thirty-second
/// of the way to a loop is kept of it.
const PACE: u64 = 32;

/// What is kept of a loop.
pub(crate) struct LoopHead {
    range: LoopRange,
    samples: AudioBuffer,
    filled: usize,
}

impl LoopHead {
    /// Nothing of a loop yet. Allocates.
    pub(crate) fn new(range: LoopRange, rate: SampleRate, channels: usize) -> Self {
        let kept = (rate.frames(KEPT_S.0) + range.0 / PACE).min(rate.frames(KEPT_S.1));
        let frames = (range.1 - range.0).min(kept) as usize;
        Self { range, samples: AudioBuffer::new(channels, frames), filled: 0 }
    }

    /// The session frame after the last that is kept.
    pub(crate) fn end(&self) -> u64 {
        self.range.0 + self.filled as u64
    }

    /// Whether all of the loop is kept.
    pub(crate) fn is_whole(&self) -> bool {
        self.end() == self.range.1
    }

    /// How many frames from a session frame on are kept.
    pub(crate) fn kept_from(&self, position: u64) -> u64 {
        if position < self.range.0 { 0 } else { self.end().saturating_sub(position) }
    }

    /// Keeps what is new of frames that begin at a session frame.
    pub(crate) fn keep(&mut self, first: u64, block: &Block<'_>) {
        let Some(known) = self.end().checked_sub(first) else { return };
        let known = (known as usize).min(block.frames());
        let new = (block.frames() - known).min(self.samples.frames() - self.filled);
        let place = self.filled..self.filled + new;
        self.samples.block_mut().slice_mut(place).copy_from(&block.slice(known..known + new));
        self.filled += new;
    }

    /// Gives out frames that are kept.
    pub(crate) fn give(&self, position: u64, out: &mut BlockMut<'_>) {
        let from = (position - self.range.0) as usize;
        out.copy_from(&self.samples.first(from + out.frames()).slice(from..from + out.frames()));
    }
}
