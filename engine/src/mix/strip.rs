//! The channel strip of a track and of a bus: input, inserts, fader.

use super::chain::Chain;
use super::pan_matrix::{Matrix, RampedMatrix};
use super::swappable_chain::SwappableChain;
use crate::audio::{AudioBuffer, Block, BlockMut};
use crate::process::TRACKS_PER_BATCH;
use std::ops::Range;

/// Frames of a track that pass through its whole strip at a time. The output of one insert is still
/// in the nearest cache for the next.
pub(super) const PIECE: usize = 1_024;

/// Returns the start and the number of frames of each piece.
pub(super) fn pieces(frames: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..frames).step_by(PIECE).map(move |start| (start, PIECE.min(frames - start)))
}

/// Source of a track's audio: a file offline, a ring of read-ahead frames live.
pub trait Input: Send {
    /// Returns the number of channels, 1 or 2.
    fn channels(&self) -> usize;

    /// Fills the block: sound, then silence where the sound has ended. Returns the frames of sound.
    fn fill(&mut self, block: &mut BlockMut<'_>) -> usize;
}

/// A track in a running mix.
pub struct TrackStrip<I> {
    /// Source of the audio.
    pub input: I,
    strip: Strip,
    rendered: u64,
}

/// A bus in a running mix.
pub struct BusStrip {
    strip: Strip,
}

/// Inserts on a buffer of the source's channels, then two stereo outputs: after the fader, and
/// before it if a send needs it.
pub struct Strip {
    chain: SwappableChain,
    source: AudioBuffer,
    matrix: RampedMatrix,
    pre_fader_matrix: Option<RampedMatrix>,
    outputs: StripOutputs,
    /// True if its inserts run with the buses, since they have keys.
    is_late: bool,
    /// True if it is the key of another strip.
    is_key: bool,
}

/// Output of a strip, stereo: after the fader, and before it if a send needs it.
#[derive(Clone, Debug)]
pub struct StripOutputs {
    post_fader: AudioBuffer,
    pre_fader: Option<AudioBuffer>,
    /// Signal of a key: after the inserts, before fader and pan, in the channels of the source. For
    /// a late strip, the input of the inserts until they have run.
    key: Option<AudioBuffer>,
}

impl StripOutputs {
    /// Returns the first frames. Audio thread.
    pub fn first(&self, pre_fader: bool, frames: usize) -> Block<'_> {
        match &self.pre_fader {
            Some(output) if pre_fader => output.first(frames),
            _ => self.post_fader.first(frames),
        }
    }

    /// Returns a range of the frames. Audio thread.
    pub(super) fn range(&self, pre_fader: bool, range: Range<usize>) -> Block<'_> {
        self.first(pre_fader, range.end).slice(range)
    }

    /// Returns a range of the signal of a key; `None` if it is not one. Audio thread.
    pub(super) fn key(&self, range: Range<usize>) -> Option<Block<'_>> {
        self.key.as_ref().map(|key| key.first(range.end).slice(range))
    }
}

impl Strip {
    fn new(chain: Chain, matrix: Matrix, fader: f64, pre_fader: bool, source: AudioBuffer, max_block: usize) -> Self {
        Self {
            chain: SwappableChain::new(chain),
            source,
            matrix: RampedMatrix::at(matrix.scaled(fader)),
            pre_fader_matrix: pre_fader.then(|| RampedMatrix::at(matrix)),
            outputs: StripOutputs {
                post_fader: AudioBuffer::new(2, max_block),
                pre_fader: pre_fader.then(|| AudioBuffer::new(2, max_block)),
                key: None,
            },
            is_late: false,
            is_key: false,
        }
    }

    /// Returns a strip without inserts that takes the place of a late one where its input is read.
    fn reader(&self) -> Self {
        Self {
            chain: SwappableChain::new(Chain::default()),
            source: AudioBuffer::new(self.source.channels(), self.source.frames()),
            matrix: self.matrix.clone(),
            pre_fader_matrix: None,
            outputs: self.outputs.clone(),
            ..*self
        }
    }

    /// Returns the inserts.
    pub fn chain(&self) -> &SwappableChain {
        &self.chain
    }

    /// Returns the inserts, to exchange them. Audio thread.
    pub fn chain_mut(&mut self) -> &mut SwappableChain {
        &mut self.chain
    }

    /// Starts a transition to another matrix and fader over `frames` frames. Audio thread.
    pub fn ramp_to(&mut self, matrix: Matrix, fader: f64, frames: u64) {
        self.matrix.ramp_to(matrix.scaled(fader), frames);
        if let Some(pre_fader) = &mut self.pre_fader_matrix {
            pre_fader.ramp_to(matrix, frames);
        }
    }

    /// Clears all state; transitions end at once. Audio thread.
    pub fn reset(&mut self) {
        self.chain.reset();
        self.matrix.jump_to_target();
        if let Some(pre_fader) = &mut self.pre_fader_matrix {
            pre_fader.jump_to_target();
        }
    }

    /// Runs the inserts on the first `frames` frames of the source and writes the result to both
    /// outputs, from frame `to` on.
    fn process(&mut self, frames: usize, to: usize) {
        self.chain.process(&mut self.source.first_mut(frames));
        self.fade(frames, to);
    }

    /// Keeps the input in a range of the outputs, until the inserts run.
    fn defer(&mut self, frames: usize, to: usize) {
        if let Some(key) = &mut self.outputs.key {
            key.range_mut(to..to + frames).copy_from(&self.source.first(frames));
        }
    }

    /// Runs the inserts of a late strip on a range of at most [`PIECE`] frames. Audio thread.
    pub(super) fn process_late(&mut self, range: Range<usize>) {
        let frames = range.len();
        if let Some(input) = self.outputs.key(range.clone()) {
            self.source.first_mut(frames).copy_from(&input);
            self.process(frames, range.start);
        }
    }

    /// Exchanges the outputs for others of the same strip. Audio thread.
    pub fn swap_outputs(&mut self, other: &mut StripOutputs) {
        std::mem::swap(&mut self.outputs, other);
    }

    /// Returns the outputs of the last calls.
    pub fn outputs(&self) -> &StripOutputs {
        &self.outputs
    }

    /// Does the same as [`Strip::process`] for four strips.
    fn process_batch(mut strips: [&mut Self; TRACKS_PER_BATCH], frames: usize, to: usize) {
        let [a, b, c, d] = strips.each_mut().map(|strip| (&mut strip.chain, strip.source.first_mut(frames)));
        SwappableChain::process_batch([a.0, b.0, c.0, d.0], &mut [a.1, b.1, c.1, d.1]);
        for strip in strips {
            strip.fade(frames, to);
        }
    }

    fn fade(&mut self, frames: usize, to: usize) {
        let source = self.source.first(frames);
        if let Some(key) = self.outputs.key.as_mut().filter(|_| self.is_key) {
            key.range_mut(to..to + frames).copy_from(&source);
        }
        self.matrix.apply(&source, &mut self.outputs.post_fader.range_mut(to..to + frames));
        if let (Some(matrix), Some(output)) = (&mut self.pre_fader_matrix, &mut self.outputs.pre_fader) {
            matrix.apply(&source, &mut output.range_mut(to..to + frames));
        }
    }
}

impl<I: Input> TrackStrip<I> {
    /// Builds a strip. `fader` is a factor; `pre_fader` is true if a send takes the signal before
    /// it. Control thread; allocates.
    pub fn new(input: I, chain: Chain, matrix: Matrix, fader: f64, pre_fader: bool, max_block: usize) -> Self {
        let source = AudioBuffer::new(input.channels(), max_block.min(PIECE));
        let strip = Strip::new(chain, matrix, fader, pre_fader, source, max_block);
        Self { input, strip, rendered: 0 }
    }

    /// Renders the next frames of several tracks into a range of their outputs. The result has the
    /// same bits as one track after the other, and is faster for four similar ones. Audio thread,
    /// if the inputs allow it.
    pub fn process_batch(tracks: &mut [Self], range: Range<usize>) {
        let frames = range.len();
        let (fours, rest) = tracks.as_chunks_mut::<TRACKS_PER_BATCH>();
        for four in fours {
            for (start, piece) in pieces(frames) {
                for track in four.iter_mut() {
                    track.read_input(piece);
                }
                if four.iter().any(|track| track.strip.is_late) {
                    for track in four.iter_mut() {
                        track.process_early(piece, range.start + start);
                    }
                } else {
                    Strip::process_batch(four.each_mut().map(|track| &mut track.strip), piece, range.start + start);
                }
            }
        }
        for track in rest {
            for (start, piece) in pieces(frames) {
                track.read_input(piece);
                track.process_early(piece, range.start + start);
            }
        }
    }

    /// Processes what has been read; a late track waits for its keys.
    fn process_early(&mut self, frames: usize, to: usize) {
        if self.strip.is_late { self.strip.defer(frames, to) } else { self.strip.process(frames, to) }
    }

    /// Makes room for the signal of a key. Control thread; allocates.
    pub(crate) fn allow_keys(&mut self) {
        let frames = self.strip.outputs.post_fader.frames();
        self.strip.outputs.key = Some(AudioBuffer::new(self.input.channels(), frames));
    }

    /// Sets whether the track has keys and whether it is one, once there is room for them. Audio
    /// thread.
    pub(crate) fn set_role(&mut self, is_late: bool, is_key: bool) {
        (self.strip.is_late, self.strip.is_key) = (is_late, is_key);
    }

    /// Takes the inserts and fader of a late track, to be run elsewhere; this one reads the input
    /// from then on. `None` if the track is not late. Allocates.
    pub(crate) fn take_late_strip(&mut self) -> Option<Strip> {
        let reader = self.strip.is_late.then(|| self.strip.reader())?;
        Some(std::mem::replace(&mut self.strip, reader))
    }

    fn read_input(&mut self, frames: usize) {
        self.input.fill(&mut self.strip.source.first_mut(frames));
        self.rendered += frames as u64;
    }

    /// Returns the number of frames rendered so far. Any thread.
    pub fn rendered(&self) -> u64 {
        self.rendered
    }

    /// Returns the output of the last call, stereo. Audio thread.
    pub fn output(&self, pre_fader: bool, frames: usize) -> Block<'_> {
        self.strip.outputs.first(pre_fader, frames)
    }

    /// Returns the output of the last calls.
    pub fn outputs(&self) -> &StripOutputs {
        &self.strip.outputs
    }

    /// Exchanges the outputs for others of the same strip, which are written next. Audio thread.
    pub fn swap_outputs(&mut self, other: &mut StripOutputs) {
        self.strip.swap_outputs(other);
    }

    /// Returns the inserts and fader.
    pub fn strip(&self) -> &Strip {
        &self.strip
    }

    /// Returns the inserts and fader, to change them. Audio thread.
    pub fn strip_mut(&mut self) -> &mut Strip {
        &mut self.strip
    }
}

impl BusStrip {
    /// Builds a strip; see [`TrackStrip::new`]. Control thread; allocates.
    pub fn new(chain: Chain, matrix: Matrix, fader: f64, pre_fader: bool, max_block: usize) -> Self {
        let source = AudioBuffer::new(2, max_block);
        Self { strip: Strip::new(chain, matrix, fader, pre_fader, source, max_block) }
    }

    /// Returns the buffer for the sum of the connections, to be filled before
    /// [`BusStrip::process`]. Audio thread.
    pub fn source_mut(&mut self, frames: usize) -> BlockMut<'_> {
        self.strip.source.first_mut(frames)
    }

    /// Renders the frames in its source into a range of its output. Audio thread.
    pub fn process(&mut self, range: Range<usize>) {
        self.strip.process(range.len(), range.start);
    }

    /// Returns the last frames after the inserts and before the fader. Audio thread.
    pub(super) fn key(&self, frames: usize) -> Block<'_> {
        self.strip.source.first(frames)
    }

    /// Returns the output of the last call, stereo. Audio thread.
    pub fn output(&self, pre_fader: bool, frames: usize) -> Block<'_> {
        self.strip.outputs.first(pre_fader, frames)
    }

    /// Returns the inserts and fader.
    pub fn strip(&self) -> &Strip {
        &self.strip
    }

    /// Returns the inserts and fader, to change them. Audio thread.
    pub fn strip_mut(&mut self) -> &mut Strip {
        &mut self.strip
    }
}
