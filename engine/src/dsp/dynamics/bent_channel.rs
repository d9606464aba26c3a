//! Memory of one channel of a processor that bends a waveform at several points per frame, and
//! subtracts what it takes off from the delayed input.

use super::gain_stage::CHUNK;
use super::oversampling::{DOWN_DELAY, TAPS, UP_DELAY};
use crate::dsp::delay::DelayLine;

/// Latency of such a processor, in frames.
pub(super) const LATENCY: usize = UP_DELAY + DOWN_DELAY;

/// Tail of it, in frames: the last sample stays in the interpolation for all taps but one, and the
/// part taken off there as long in the decimation.
pub(super) const TAIL: u64 = 2 * (TAPS as u64 - 1);

/// Samples and points of one channel, chunk by chunk.
#[derive(Clone, Debug)]
pub(super) struct BentChannel<const FACTOR: usize> {
    /// The last `TAPS` samples, then the chunk.
    input: Box<[f64; TAPS + CHUNK]>,
    /// Part taken off in the last `TAPS − 1` frames, then in the chunk.
    taken_off: Box<[[f64; FACTOR]; TAPS - 1 + CHUNK]>,
    /// All of it is 0.
    idle: bool,
    line: DelayLine,
}

impl<const FACTOR: usize> BentChannel<FACTOR> {
    /// Creates an empty memory. Allocates.
    pub(super) fn new() -> Self {
        Self {
            input: Box::new([0.0; TAPS + CHUNK]),
            taken_off: Box::new([[0.0; FACTOR]; TAPS - 1 + CHUNK]),
            idle: true,
            line: DelayLine::new(LATENCY),
        }
    }

    pub(super) fn reset(&mut self) {
        self.input.fill(0.0);
        self.taken_off.fill([0.0; FACTOR]);
        self.idle = true;
        self.line.reset();
    }

    /// Copies the memory of another channel.
    pub(super) fn inherit_state(&mut self, old: &Self) {
        self.input.copy_from_slice(&old.input[..]);
        self.taken_off.copy_from_slice(&old.taken_off[..]);
        self.idle = old.idle;
        self.line.inherit_state(&old.line);
    }

    /// Copies a chunk to the input, and delays it in place. Returns the copy.
    pub(super) fn take_in(&mut self, samples: &mut [f32]) -> &mut [f64] {
        let copy = &mut self.input[TAPS..TAPS + samples.len()];
        for (wide, sample) in copy.iter_mut().zip(&*samples) {
            *wide = f64::from(*sample);
        }
        self.line.process(samples);
        copy
    }

    /// Returns the input, which begins `TAPS` samples before the chunk, and the part taken off,
    /// which begins `TAPS − 1` frames before it.
    pub(super) fn parts(&mut self, frames: usize) -> (&[f64], &mut [[f64; FACTOR]]) {
        (&self.input[..TAPS + frames], &mut self.taken_off[..TAPS - 1 + frames])
    }

    /// Returns true if nothing was taken off in the frames before the chunk.
    pub(super) fn is_idle(&self) -> bool {
        self.idle
    }

    /// Keeps what the next chunk needs of the part taken off. Not needed where nothing was.
    pub(super) fn keep_taken_off(&mut self, frames: usize) {
        self.taken_off.copy_within(frames..frames + TAPS - 1, 0);
        self.idle = self.taken_off[..TAPS - 1].as_flattened().iter().all(|less| *less == 0.0);
    }

    /// Keeps what the next chunk needs of the input.
    pub(super) fn keep_input(&mut self, frames: usize) {
        self.input.copy_within(frames..frames + TAPS, 0);
    }
}
