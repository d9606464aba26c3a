//! The signal path of a mix, block by block: tracks, then the desk. The loop around it is offline or live.

use super::desk::Desk;
use super::plan::{Plan, PlanError};
use crate::audio::BlockMut;
use crate::mix::{Input, TrackStrip};

/// A live mix over inputs of any kind. Its output is stereo and [`Desk::latency`] frames late.
pub struct Renderer<I> {
    tracks: Vec<TrackStrip<I>>,
    desk: Desk,
}

impl<I: Input> Renderer<I> {
    /// Builds the path of a plan; one input a track, in session order. Control thread; allocates.
    ///
    /// # Errors
    /// When an insert cannot be built. A checked plan has no such insert.
    pub fn new(plan: &Plan, inputs: Vec<I>, max_block: usize) -> Result<Self, PlanError> {
        let mut tracks = Vec::with_capacity(inputs.len());
        for (index, input) in inputs.into_iter().enumerate() {
            tracks.push(plan.track_strip(index, input, max_block)?);
        }
        Ok(Self { tracks, desk: Desk::new(plan, max_block)? })
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
    pub fn desk(&self) -> &Desk {
        &self.desk
    }

    /// All but the tracks, to change it. Audio thread.
    pub fn desk_mut(&mut self) -> &mut Desk {
        &mut self.desk
    }

    /// Forgets all input but what waits in the tracks' inputs; what glides arrives at once. Audio thread.
    pub fn reset(&mut self) {
        self.tracks.iter_mut().for_each(|track| track.strip_mut().reset());
        self.desk.reset();
    }

    /// The tracks and the desk, to run them apart. Control thread.
    pub fn into_parts(self) -> (Vec<TrackStrip<I>>, Desk) {
        (self.tracks, self.desk)
    }

    /// Renders the next block, stereo. Audio thread, if the inputs are.
    pub fn process(&mut self, out: &mut BlockMut<'_>) {
        let Self { tracks, desk } = self;
        TrackStrip::process_together(tracks, 0..out.frames());
        desk.mix(&tracks[..], out);
    }
}
