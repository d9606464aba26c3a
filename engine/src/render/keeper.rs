//! Takes in the sum while the next chunk is rendered: through the master's inserts, past a meter, to whatever keeps it.

use super::error::RenderError;
use super::scratch::Scratch;
use super::span::Span;
use crate::audio::{AudioBuffer, Block, ChannelLayout};
use crate::meter::{Measurement, ProgrammeMeter};
use crate::mix::Rack;
use crate::process::Tap;
use crate::units::SampleRate;
use std::ops::Range;

/// Below this an insert's ring has ended: −90 dBFS.
const TAIL_FLOOR: f32 = 3.162_277_7e-5;

/// Where the sum goes, front to back, from the output's first frame on.
pub(super) trait Store: Send {
    /// Takes the next frames. The first `sure` frames of all are part of the output; those after them may be.
    fn keep(&mut self, block: &Block<'_>, sure: u64) -> Result<(), RenderError>;
}

impl Store for Scratch {
    fn keep(&mut self, block: &Block<'_>, _: u64) -> Result<(), RenderError> {
        self.write(block).map_err(RenderError::Scratch)
    }
}

/// What was kept of a mix.
pub(super) struct Kept<S> {
    pub(super) store: S,
    /// The sum, measured, where that is asked for.
    pub(super) measured: Option<Measurement>,
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
    /// What was known of the output's end when it was rendered.
    pub(super) span: Span,
}

impl Chunk {
    /// Room for up to `frames` frames, with nothing in it. Allocates.
    pub(super) fn empty(frames: usize, span: Span) -> Self {
        Self { buffer: AudioBuffer::new(2, frames), rendered: 0, frames: 0..0, at: 0, span }
    }
}

/// The master's inserts, a meter and the store.
pub(super) struct Keeper<S> {
    rate: SampleRate,
    inserts: Rack,
    meter: Option<ProgrammeMeter>,
    store: S,
    heard_until: u64,
}

impl<S: Store> Keeper<S> {
    pub(super) fn new(rate: SampleRate, inserts: Rack, store: S, measures: bool) -> Self {
        let meter = measures.then(|| ProgrammeMeter::new(rate, &ChannelLayout::stereo()));
        Self { rate, inserts, meter, store, heard_until: 0 }
    }

    /// Takes in the next chunk; its buffer is free afterwards.
    pub(super) fn take(&mut self, chunk: &mut Chunk) -> Result<(), RenderError> {
        self.inserts.process(&mut chunk.buffer.first_mut(chunk.rendered));
        let block = chunk.buffer.block().slice(chunk.frames.clone());
        for channel in 0..block.channels() {
            let samples = block.channel(channel);
            if let Some(frame) = samples.iter().position(|x| !x.is_finite()) {
                return Err(RenderError::NotFinite { time_s: self.rate.seconds(chunk.at + frame as u64) });
            }
            if let Some(last) = samples.iter().rposition(|x| x.abs() > TAIL_FLOOR) {
                self.heard_until = self.heard_until.max(chunk.at + last as u64 + 1);
            }
        }
        let sure = chunk.span.sure_frames(self.heard_until);
        let Self { store, meter, .. } = self;
        let observe = || meter.as_mut().map_or((), |meter| meter.observe(&block));
        rayon::join(|| store.keep(&block, sure), observe).0
    }

    /// What it kept.
    pub(super) fn finish(self) -> Kept<S> {
        let measured = self.meter.map(|meter| meter.measurement());
        Kept { store: self.store, measured, heard_until: self.heard_until }
    }
}
