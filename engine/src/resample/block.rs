//! Block conversion: rubato's FFT resampler with its sizes chosen so that its delay is a whole
//! number of frames.

use super::resampler::Resampler;
use crate::audio::{Block, BlockMut};
use crate::units::SampleRate;
use mixdown_fft::{BlockShape, double_resampler, single_resampler};
use rubato::audioadapter::{Adapter, AdapterMut};
use rubato::audioadapter_buffers::adapter_to_float::ConvertNumbers;
use rubato::audioadapter_buffers::direct::SequentialSlice;
use rubato::{Fft, Resampler as _, ResamplerConstructionError};

/// Least block length, in frames at the lower rate. The block is also the filter: 512 are flat to
/// 0.475 of the lower rate already. Blocks of 1024 to 1176 take 30 ns per stereo frame (44.1 to 48
/// kHz), the same as shorter and longer ones, or less.
const LOWER_BLOCK: usize = 1024;

/// Longest block of the gentle filter, in frames at the lower rate, where the rates permit one as
/// short: it rings for 3.8 µs per frame at 48 kHz, down to −60 dB.
const GENTLE_BLOCK: usize = 320;

/// Longest block, in frames at the lower rate, that is converted in f32. Up to there, rounding
/// leaves −133 dB of a tone. It grows with the block, since rubato designs its filter in the same
/// precision; f64 leaves −150 dB and takes 1.8 times as long.
const LONGEST_SINGLE: usize = 2048;

/// Largest sample that is converted, far above any audible level: rubato panics when a transform
/// overflows or meets a NaN.
const LARGEST: f32 = 1e30;

/// Converts blocks of fixed length, with a delay of a whole number of frames. Input and output are
/// f32.
pub(super) struct BlockConverter {
    resampler: Precision,
    channels: usize,
    input: Vec<f32>,
    output: Vec<f32>,
    frames_in: usize,
    frames_out: usize,
}

enum Precision {
    Single(Fft<f32>),
    Double(Fft<f64>),
}

impl BlockConverter {
    /// Creates a converter. Control thread; allocates.
    pub(super) fn new(
        resampler: Resampler,
        from: SampleRate,
        to: SampleRate,
        channels: usize,
    ) -> Result<Self, ResamplerConstructionError> {
        let (unit_in, unit_out) = reduced(from, to);
        let unit = unit_in.min(unit_out);
        // rubato centres its filter on half a block of input, rounded down. Only when the blocks on
        // both sides are even is that half a block of output too, and a whole number of frames.
        let units = match resampler {
            Resampler::Steep => LOWER_BLOCK.div_ceil(unit).next_multiple_of(2),
            Resampler::Gentle => (GENTLE_BLOCK / (2 * unit)).max(1) * 2,
        };
        let (frames_in, frames_out) = (units * unit_in, units * unit_out);
        let shape = BlockShape { from_hz: from.hz() as usize, to_hz: to.hz() as usize, frames_in, channels };
        let resampler = if frames_in.min(frames_out) <= LONGEST_SINGLE {
            Precision::Single(single_resampler(shape)?)
        } else {
            Precision::Double(double_resampler(shape)?)
        };
        Ok(Self {
            resampler,
            channels,
            input: vec![0.0; channels * frames_in],
            output: vec![0.0; channels * frames_out],
            frames_in,
            frames_out,
        })
    }

    /// Returns the frames in a block of input.
    pub(super) fn frames_in(&self) -> usize {
        self.frames_in
    }

    /// Returns the frames in a block of output.
    pub(super) fn frames_out(&self) -> usize {
        self.frames_out
    }

    /// Returns the delay of the output in frames: exactly half a block (asserted by the impulse
    /// tests).
    pub(super) fn delay(&self) -> usize {
        self.frames_out / 2
    }

    /// Returns the next block of input, to write.
    pub(super) fn input(&mut self) -> BlockMut<'_> {
        BlockMut::new(&mut self.input, self.frames_in, self.channels, self.frames_in)
    }

    /// Returns the last block of output.
    pub(super) fn output(&self) -> Block<'_> {
        Block::new(&self.output, self.frames_out, self.channels, self.frames_out)
    }

    /// Converts the input block, of which the first `valid` frames count and the rest is silence.
    /// Does not allocate. Returns the number of samples that were not finite, or absurdly large,
    /// and were converted as silence.
    pub(super) fn convert(&mut self, valid: usize) -> u64 {
        let mut replaced = 0;
        for channel in self.input.chunks_exact_mut(self.frames_in) {
            channel[valid..].fill(0.0);
            for sample in &mut channel[..valid] {
                // Written so that NaN is replaced too.
                let is_valid = sample.abs() <= LARGEST;
                *sample = if is_valid { *sample } else { 0.0 };
                replaced += u64::from(!is_valid);
            }
        }
        let input = SequentialSlice::new(self.input.as_slice(), self.channels, self.frames_in);
        let output = SequentialSlice::new_mut(self.output.as_mut_slice(), self.channels, self.frames_out);
        // The vectors were made for these shapes, and rubato refuses nothing but shapes.
        let (input, mut output) = (input.expect("the shape made by new"), output.expect("the shape made by new"));
        let converted = match &mut self.resampler {
            Precision::Single(fft) => fft.process_into_buffer(&input, &mut output, None),
            Precision::Double(fft) => fft.process_into_buffer(
                &ConvertNumbers::<_, f64>::new(&input as &dyn Adapter<f32>),
                &mut ConvertNumbers::<_, f64>::new_mut(&mut output as &mut dyn AdapterMut<f32>),
                None,
            ),
        };
        converted.expect("the shape made by new");
        replaced
    }
}

/// Returns the ratio of two rates in lowest terms.
fn reduced(from: SampleRate, to: SampleRate) -> (usize, usize) {
    let (mut a, mut b) = (from.hz(), to.hz());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    ((from.hz() / a) as usize, (to.hz() / a) as usize)
}
