//! The channel strip of a track and of a bus: input, inserts, fader.

use super::chain::Chain;
use super::pan::{GlidingMatrix, Matrix};
use super::rack::Rack;
use crate::audio::{AudioBuffer, Block, BlockMut};
use crate::process::{Processor, TOGETHER};
use std::ops::Range;

/// Frames of four tracks that run side by side at a time: 32 kB of samples.
const PIECE: usize = 1_024;

/// Where a track's sound comes from: a file offline, a ring of read-ahead frames live.
pub trait Input: Send {
    /// Channels a frame, 1 or 2.
    fn channels(&self) -> usize;

    /// Fills the block: sound, then silence where the sound has ended. Returns the frames of sound.
    fn fill(&mut self, block: &mut BlockMut<'_>) -> usize;
}

/// A live track.
pub struct TrackStrip<I> {
    /// Where the sound comes from.
    pub input: I,
    strip: Strip,
    rendered: u64,
}

/// A live bus.
pub struct BusStrip {
    strip: Strip,
}

/// Inserts on a buffer of the source's channels, then two stereo views of it: after the fader, and before it if a send asks.
pub struct Strip {
    rack: Rack,
    source: AudioBuffer,
    matrix: GlidingMatrix,
    after: AudioBuffer,
    before: Option<(GlidingMatrix, AudioBuffer)>,
}

impl Strip {
    fn new(chain: Chain, matrix: Matrix, fader: f64, pre_fader: bool, channels: usize, max_block: usize) -> Self {
        Self {
            rack: Rack::new(chain),
            source: AudioBuffer::new(channels, max_block),
            matrix: GlidingMatrix::at(matrix.scaled(fader)),
            after: AudioBuffer::new(2, max_block),
            before: pre_fader.then(|| (GlidingMatrix::at(matrix), AudioBuffer::new(2, max_block))),
        }
    }

    /// Its inserts.
    pub fn rack(&self) -> &Rack {
        &self.rack
    }

    /// Its inserts, to exchange them. Audio thread.
    pub fn rack_mut(&mut self) -> &mut Rack {
        &mut self.rack
    }

    /// Sets out for another matrix and fader, to be there after `frames` frames. Audio thread.
    pub fn go(&mut self, matrix: Matrix, fader: f64, frames: u64) {
        self.matrix.go(matrix.scaled(fader), frames);
        if let Some((before, _)) = &mut self.before {
            before.go(matrix, frames);
        }
    }

    /// Forgets all input. What glides arrives at once. Audio thread.
    pub fn reset(&mut self) {
        self.rack.reset();
        self.matrix.arrive();
        if let Some((before, _)) = &mut self.before {
            before.arrive();
        }
    }

    fn process(&mut self, frames: usize) {
        self.rack.process(&mut self.source.first_mut(frames));
        self.fade(0..frames);
    }

    /// As [`Strip::process`] for four, piece by piece, so that what one insert leaves is still in the nearest cache for the next.
    fn process_together(mut strips: [&mut Self; TOGETHER], frames: usize) {
        for start in (0..frames).step_by(PIECE) {
            let range = start..frames.min(start + PIECE);
            let [a, b, c, d] = strips.each_mut().map(|strip| (&mut strip.rack, strip.source.range_mut(range.clone())));
            Rack::process_together([a.0, b.0, c.0, d.0], &mut [a.1, b.1, c.1, d.1]);
            strips.iter_mut().for_each(|strip| strip.fade(range.clone()));
        }
    }

    /// From the inserts' output to both views of it.
    fn fade(&mut self, range: Range<usize>) {
        let source = self.source.first(range.end).slice(range.clone());
        self.matrix.apply(&source, &mut self.after.range_mut(range.clone()));
        if let Some((matrix, before)) = &mut self.before {
            matrix.apply(&source, &mut before.range_mut(range));
        }
    }

    fn output(&self, pre_fader: bool, frames: usize) -> Block<'_> {
        match &self.before {
            Some((_, before)) if pre_fader => before.first(frames),
            _ => self.after.first(frames),
        }
    }
}

impl<I: Input> TrackStrip<I> {
    /// A strip. `fader` is a factor; `pre_fader` says whether a send takes the signal before it. Control thread; allocates.
    pub fn new(input: I, chain: Chain, matrix: Matrix, fader: f64, pre_fader: bool, max_block: usize) -> Self {
        let strip = Strip::new(chain, matrix, fader, pre_fader, input.channels(), max_block);
        Self { input, strip, rendered: 0 }
    }

    /// Renders the next frames. Audio thread, if the input is.
    pub fn process(&mut self, frames: usize) {
        self.take_in(frames);
        self.strip.process(frames);
    }

    fn take_in(&mut self, frames: usize) {
        self.input.fill(&mut self.strip.source.first_mut(frames));
        self.rendered += frames as u64;
    }

    /// Renders the next frames of several tracks: the same bits as one after the other, and faster for four of a kind. Audio thread, if
    /// the inputs are.
    pub fn process_together(tracks: &mut [Self], frames: usize) {
        let (fours, rest) = tracks.as_chunks_mut::<TOGETHER>();
        for four in fours {
            four.iter_mut().for_each(|track| track.take_in(frames));
            Strip::process_together(four.each_mut().map(|track| &mut track.strip), frames);
        }
        for track in rest {
            track.process(frames);
        }
    }

    /// Frames rendered so far. Any thread.
    pub fn rendered(&self) -> u64 {
        self.rendered
    }

    /// What the last call rendered, stereo. Audio thread.
    pub fn output(&self, pre_fader: bool, frames: usize) -> Block<'_> {
        self.strip.output(pre_fader, frames)
    }

    /// The latency of its inserts in frames. Any thread.
    pub fn latency(&self) -> u64 {
        self.strip.rack.chain().latency()
    }

    /// Inserts and fader.
    pub fn strip(&self) -> &Strip {
        &self.strip
    }

    /// Inserts and fader, to change them. Audio thread.
    pub fn strip_mut(&mut self) -> &mut Strip {
        &mut self.strip
    }
}

impl BusStrip {
    /// A strip. See [`TrackStrip::new`]. Control thread; allocates.
    pub fn new(chain: Chain, matrix: Matrix, fader: f64, pre_fader: bool, max_block: usize) -> Self {
        Self { strip: Strip::new(chain, matrix, fader, pre_fader, 2, max_block) }
    }

    /// Where the sum of its feeds is written before [`BusStrip::process`]. Audio thread.
    pub fn source_mut(&mut self, frames: usize) -> BlockMut<'_> {
        self.strip.source.first_mut(frames)
    }

    /// Renders what is in its source. Audio thread.
    pub fn process(&mut self, frames: usize) {
        self.strip.process(frames);
    }

    /// What the last call rendered, stereo. Audio thread.
    pub fn output(&self, pre_fader: bool, frames: usize) -> Block<'_> {
        self.strip.output(pre_fader, frames)
    }

    /// Inserts and fader.
    pub fn strip(&self) -> &Strip {
        &self.strip
    }

    /// Inserts and fader, to change them. Audio thread.
    pub fn strip_mut(&mut self) -> &mut Strip {
        &mut self.strip
    }
}
