//! Signal path of a mix, block by block: tracks, then their sum. The surrounding loop is offline or
//! live.

use super::summing::Summing;
use super::{Input, StripOrder, TrackStrip};
use crate::audio::BlockMut;

/// A running mix over inputs of any kind. Its output is stereo and delayed by [`Summing::latency`]
/// frames.
pub struct Renderer<I> {
    tracks: Vec<TrackStrip<I>>,
    summing: Summing,
}

impl<I: Input> Renderer<I> {
    /// Joins tracks, in session order, with their summing.
    pub(crate) fn new(tracks: Vec<TrackStrip<I>>, summing: Summing) -> Self {
        let mut mixer = Self { tracks, summing };
        mixer.set_roles();
        mixer
    }

    /// Returns the tracks, in session order.
    pub fn tracks(&self) -> &[TrackStrip<I>] {
        &self.tracks
    }

    /// Returns the tracks, to change them. Audio thread.
    pub fn tracks_mut(&mut self) -> &mut [TrackStrip<I>] {
        &mut self.tracks
    }

    /// Returns everything but the tracks.
    pub fn summing(&self) -> &Summing {
        &self.summing
    }

    /// Returns everything but the tracks, to change it. Audio thread.
    pub fn summing_mut(&mut self) -> &mut Summing {
        &mut self.summing
    }

    /// Clears all state except in the tracks' inputs; transitions end at once. Audio thread.
    pub fn reset(&mut self) {
        self.tracks.iter_mut().for_each(|track| track.strip_mut().reset());
        self.summing.reset();
    }

    /// Exchanges the order of the strips for another one. Audio thread.
    pub fn swap_order(&mut self, order: &mut StripOrder) {
        self.summing.swap_order(order);
        self.set_roles();
    }

    /// Sets whether each track has keys, and whether it is one.
    fn set_roles(&mut self) {
        let order = self.summing.order();
        for (index, track) in self.tracks.iter_mut().enumerate() {
            track.set_role(order.is_late(index), order.is_key(index));
        }
    }

    /// Renders the next block, stereo. Audio thread, if the inputs allow it.
    pub fn process(&mut self, out: &mut BlockMut<'_>) {
        let Self { tracks, summing } = self;
        TrackStrip::process_batch(tracks, 0..out.frames());
        summing.mix(&mut tracks[..], out);
    }
}
