//! Takes in the mix while the next chunk is rendered: through the master's inserts, past a meter, to scratch.

use super::error::RenderError;
use super::scratch::Scratch;
use crate::audio::{AudioBuffer, Block, ChannelLayout};
use crate::meter::ProgrammeMeter;
use crate::mix::Rack;
use crate::process::Tap;
use crate::units::SampleRate;
use std::ops::Range;

/// Below this an insert's ring has ended: −90 dBFS.
const TAIL_FLOOR: f32 = 3.162_277_7e-5;

/// What was kept of a mix.
pub(super) struct Kept {
    pub(super) scratch: Scratch,
    pub(super) meter: ProgrammeMeter,
    /// Session frame after the last one above the floor.
    pub(super) heard_until: u64,
}

/// A stretch of the mix on its way.
pub(super) struct Chunk {
    /// Stereo.
    pub(super) buffer: AudioBuffer,
    /// How many frames it holds.
    pub(super) rendered: usize,
    /// The frames of it that are kept.
    pub(super) frames: Range<usize>,
    /// Session frame of the first of them.
    pub(super) at: u64,
}

impl Chunk {
    /// Room for up to `frames` frames, with nothing in it. Allocates.
    pub(super) fn empty(frames: usize) -> Self {
        Self { buffer: AudioBuffer::new(2, frames), rendered: 0, frames: 0..0, at: 0 }
    }
}

/// The master's inserts, a meter and the scratch.
pub(super) struct Keeper {
    rate: SampleRate,
    inserts: Rack,
    kept: Kept,
}

impl Keeper {
    pub(super) fn new(rate: SampleRate, inserts: Rack, scratch: Scratch) -> Self {
        let meter = ProgrammeMeter::new(rate, &ChannelLayout::stereo());
        Self { rate, inserts, kept: Kept { scratch, meter, heard_until: 0 } }
    }

    /// Takes in the next chunk; its buffer is free afterwards.
    pub(super) fn take(&mut self, chunk: &mut Chunk) -> Result<(), RenderError> {
        self.inserts.process(&mut chunk.buffer.first_mut(chunk.rendered));
        self.kept.take(&chunk.buffer.block().slice(chunk.frames.clone()), chunk.at, self.rate)
    }

    /// What it kept.
    pub(super) fn finish(self) -> Kept {
        self.kept
    }
}

impl Kept {
    fn take(&mut self, block: &Block<'_>, at: u64, rate: SampleRate) -> Result<(), RenderError> {
        for channel in 0..block.channels() {
            let samples = block.channel(channel);
            if let Some(frame) = samples.iter().position(|x| !x.is_finite()) {
                return Err(RenderError::NotFinite { time_s: rate.seconds(at + frame as u64) });
            }
            if let Some(last) = samples.iter().rposition(|x| x.abs() > TAIL_FLOOR) {
                self.heard_until = self.heard_until.max(at + last as u64 + 1);
            }
        }
        self.scratch.write(block).map_err(RenderError::Scratch)?;
        self.meter.observe(block);
        Ok(())
    }
}
