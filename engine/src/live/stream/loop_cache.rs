//! Cache of the beginning of a loop. It plays at every turn while the stem is reopened and read up
//! to the end of the cached part.

use super::loop_range::LoopRange;
use crate::audio::{AudioBuffer, Block, BlockMut};
use crate::units::SampleRate;

/// Smallest and largest length of the cache, in seconds.
const CACHED_S: (f64, f64) = (0.25, 5.0);
/// Minimum read speed, in multiples of real time, with eight stems per thread: a thirty-second of
/// the distance to the loop is cached.
const MIN_READ_SPEED: u64 = 32;

/// The cached beginning of a loop.
pub(crate) struct LoopCache {
    range: LoopRange,
    samples: AudioBuffer,
    filled: usize,
}

impl LoopCache {
    /// Creates an empty cache. Allocates.
    pub(crate) fn new(range: LoopRange, rate: SampleRate, channels: usize) -> Self {
        let cached = (rate.frames(CACHED_S.0) + range.0 / MIN_READ_SPEED).min(rate.frames(CACHED_S.1));
        let frames = (range.1 - range.0).min(cached) as usize;
        Self { range, samples: AudioBuffer::new(channels, frames), filled: 0 }
    }

    /// Returns the session frame after the last cached one.
    pub(crate) fn end(&self) -> u64 {
        self.range.0 + self.filled as u64
    }

    /// Returns true if the whole loop is cached.
    pub(crate) fn is_whole(&self) -> bool {
        self.end() == self.range.1
    }

    /// Returns the number of cached frames from a session frame on.
    pub(crate) fn cached_from(&self, position: u64) -> u64 {
        if position < self.range.0 { 0 } else { self.end().saturating_sub(position) }
    }

    /// Caches those frames of a block at `first` that are new.
    pub(crate) fn store(&mut self, first: u64, block: &Block<'_>) {
        let Some(known) = self.end().checked_sub(first) else { return };
        let known = (known as usize).min(block.frames());
        let new = (block.frames() - known).min(self.samples.frames() - self.filled);
        let range = self.filled..self.filled + new;
        self.samples.block_mut().slice_mut(range).copy_from(&block.slice(known..known + new));
        self.filled += new;
    }

    /// Returns cached frames.
    pub(crate) fn read(&self, position: u64, out: &mut BlockMut<'_>) {
        let from = (position - self.range.0) as usize;
        out.copy_from(&self.samples.first(from + out.frames()).slice(from..from + out.frames()));
    }
}
