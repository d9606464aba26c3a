//! The signal path of a mix, block by block: tracks, then their sum. The loop around it is offline
//! or live.

use super::summing::Summing;
use super::{Input, TrackStrip};
use crate::audio::BlockMut;

/// A live mix over inputs of any kind. Its output is stereo and [`Summing::latency`] frames late.
pub struct Renderer<I> {
    tracks: Vec<TrackStrip<I>>,
    summing: Summing,
}

impl<I: Input> Renderer<I> {
    /// Joins tracks, in session order, with what sums them.
    pub(crate) fn new(tracks: Vec<TrackStrip<I>>, summing: Summing) -> Self {
        Self { tracks, summing }
    }

    /// The tracks, in session order.
    pub fn tracks(&self) -> &[TrackStrip<I>] {
        &self.tracks
    }

    /// The tracks, to change them. Audio thread.
    pub fn tracks_mut(&mut self) -> &mut [TrackStrip<I>] {
        &mut self.tracks
    }

    /// All but the tracks.
    pub fn summing(&self) -> &Summing {
        &self.summing
    }

    /// All but the tracks, to change it. Audio thread.
    pub fn summing_mut(&mut self) -> &mut Summing {
        &mut self.summing
    }

    /// Forgets all input but what waits in the tracks' inputs; what glides arrives at once. Audio
    /// thread.
    pub fn reset(&mut self) {
        self.tracks.iter_mut().for_each(|track| track.strip_mut().reset());
        self.summing.reset();
    }

    /// Renders the next block, stereo. Audio thread, if the inputs are.
    pub fn process(&mut self, out: &mut BlockMut<'_>) {
        let Self { tracks, summing } = self;
        TrackStrip::process_together(tracks, 0..out.frames());
        summing.mix(&tracks[..], out);
    }
}
