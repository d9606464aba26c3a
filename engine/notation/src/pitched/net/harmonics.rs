//! The long convolution of the contour, by products of spectra along the bins.

use super::FRAMES;
use super::kernels::{Bins, LANES, multiply};
use super::plane::Plane;
use super::weights::Kernel;
use mixdown_fft::{Complex, ComplexToReal, RealPlanner, RealToComplex};
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// Bins of the contour.
pub(super) const CONTOUR: usize = 264;
/// Taps of the kernel along the bins, and along the frames.
const TAPS: usize = 39;
const TIMES: usize = 3;
/// Length of the transform: neither end of the bins meets the other through the kernel.
const SIZE: usize = 288;
const BLOCKS: usize = (SIZE / 2 + 1).div_ceil(LANES);
/// Channels of inputs and outputs.
const CHANNELS: usize = 8;

/// Convolution of eight channels of [`CONTOUR`] bins to eight channels.
pub(super) struct Harmonics {
    forward: Arc<dyn RealToComplex<f32>>,
    inverse: Arc<dyn ComplexToReal<f32>>,
    real: Vec<f32>,
    bins: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    /// For each block of bins: outputs x frames x inputs.
    weights: Vec<Bins>,
    bias: Vec<f32>,
    /// For each block of bins: frames x channels.
    inputs: Vec<Bins>,
    outputs: Vec<Bins>,
}

impl Harmonics {
    pub(super) fn new(kernel: &Kernel) -> Self {
        let mut planner = RealPlanner::new();
        let (forward, inverse) = (planner.forward(SIZE), planner.inverse(SIZE));
        let scratch = forward.get_scratch_len().max(inverse.get_scratch_len());
        let mut harmonics = Self {
            real: vec![0.0; SIZE],
            bins: vec![Complex::default(); SIZE / 2 + 1],
            scratch: vec![Complex::default(); scratch],
            weights: vec![Bins::default(); BLOCKS * CHANNELS * TIMES * CHANNELS],
            bias: kernel.bias.clone(),
            inputs: vec![Bins::default(); BLOCKS * FRAMES * CHANNELS],
            outputs: vec![Bins::default(); BLOCKS * FRAMES * CHANNELS],
            forward,
            inverse,
        };
        harmonics.transform_kernel(&kernel.weights);
        harmonics
    }

    fn transform_kernel(&mut self, weights: &[f32]) {
        for (index, taps) in weights.chunks_exact(TAPS).enumerate() {
            let (output, channel, time) = (index / TIMES / CHANNELS, index / TIMES % CHANNELS, index % TIMES);
            self.real.fill(0.0);
            for (tap, weight) in taps.iter().enumerate() {
                self.real[(TAPS / 2 + SIZE - tap) % SIZE] = weight / SIZE as f32;
            }
            self.transform();
            let row = (output * TIMES + time) * CHANNELS + channel;
            store(&self.bins, &mut self.weights, CHANNELS * TIMES * CHANNELS, row);
        }
    }

    fn transform(&mut self) {
        // The vectors come from the plan itself, so their lengths are right, the one cause of an
        // error.
        let done = self.forward.process_with_scratch(&mut self.real, &mut self.bins, &mut self.scratch);
        debug_assert!(done.is_ok(), "lengths differ from the plan's");
    }

    /// Takes the bins of one channel and frame.
    pub(super) fn add_input(&mut self, channel: usize, frame: usize, fill: impl FnOnce(&mut [f32])) {
        self.real.fill(0.0);
        fill(&mut self.real[..CONTOUR]);
        self.transform();
        store(&self.bins, &mut self.inputs, FRAMES * CHANNELS, frame * CHANNELS + channel);
    }

    /// Writes the rectified outputs of `frames` to `output`, after `padding` values. All inputs of
    /// these frames and their neighbours must have been added.
    pub(super) fn rectify(&mut self, frames: Range<usize>, output: &mut Plane, padding: usize) {
        for block in 0..BLOCKS {
            let inputs = &self.inputs[block * FRAMES * CHANNELS..];
            let weights = &self.weights[block * CHANNELS * TIMES * CHANNELS..][..CHANNELS * TIMES * CHANNELS];
            for frame in frames.clone() {
                let inputs = &inputs[(frame - TIMES / 2) * CHANNELS..][..TIMES * CHANNELS];
                let outputs = &mut self.outputs[(block * FRAMES + frame) * CHANNELS..][..CHANNELS];
                multiply(inputs, weights, outputs);
            }
        }
        for (channel, bias) in self.bias.iter().enumerate() {
            for frame in frames.clone() {
                load(&mut self.bins, &self.outputs, FRAMES * CHANNELS, frame * CHANNELS + channel);
                // Lengths are the plan's own; the ends of the spectrum of real values are real.
                let done = self.inverse.process_with_scratch(&mut self.bins, &mut self.real, &mut self.scratch);
                debug_assert!(done.is_ok(), "not the spectrum of real values");
                let row = &mut output.row_mut(channel, frame)[padding..][..CONTOUR];
                for (output, value) in row.iter_mut().zip(&self.real) {
                    *output = (value + bias).max(0.0);
                }
            }
        }
    }
}

/// Writes a spectrum to element `index` of each block of `size` elements.
fn store(bins: &[Complex<f32>], blocks: &mut [Bins], size: usize, index: usize) {
    for (block, bins) in bins.chunks(LANES).enumerate() {
        let block = &mut blocks[block * size + index];
        for (lane, bin) in bins.iter().enumerate() {
            block[0][lane] = bin.re;
            block[1][lane] = bin.im;
        }
    }
}

/// Reads a spectrum of real values, whose first and last bin are real.
fn load(bins: &mut [Complex<f32>], blocks: &[Bins], size: usize, index: usize) {
    let last = bins.len() - 1;
    for (block, bins) in bins.chunks_mut(LANES).enumerate() {
        let block = &blocks[block * size + index];
        for (lane, bin) in bins.iter_mut().enumerate() {
            *bin = Complex::new(block[0][lane], block[1][lane]);
        }
    }
    bins[0].im = 0.0;
    bins[last].im = 0.0;
}

impl fmt::Debug for Harmonics {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Harmonics").finish_non_exhaustive()
    }
}
