//! Convolutions over frames and bins.

use super::FRAMES;
use super::kernels::{STEPPED, add_pairs, add_single};
use super::plane::{PHASE, Plane};
use super::weights::Kernel;
use std::ops::Range;

/// Size of a kernel.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub(super) inputs: usize,
    /// Frames, an odd number; the middle one is that of the output.
    pub(super) frames: usize,
    pub(super) bins: usize,
    /// Bins between outputs: 1, or 3 if the rows have their phases apart.
    pub(super) step: usize,
}

/// A convolution of planes. Inputs have their zero padding in the rows.
#[derive(Debug)]
pub(super) struct Convolution {
    /// Frames before the middle of the kernel.
    before: usize,
    /// Position of each tap after the start of the first row.
    offsets: Vec<usize>,
    /// Weights of two outputs for each tap, pair by pair; of one output if there is only one.
    weights: Vec<f32>,
    bias: Vec<f32>,
    /// Outputs of a frame.
    rows: Vec<f32>,
}

impl Convolution {
    /// Creates a convolution of planes with rows of `stride` values.
    pub(super) fn new(kernel: &Kernel, shape: Shape, stride: usize) -> Self {
        let mut offsets = Vec::new();
        for channel in 0..shape.inputs {
            for frame in 0..shape.frames {
                for bin in 0..shape.bins {
                    let within = if shape.step == 3 { bin % 3 * PHASE + bin / 3 } else { bin };
                    offsets.push((channel * FRAMES + frame) * stride + within);
                }
            }
        }
        let (taps, outputs) = (offsets.len(), kernel.bias.len());
        let paired = outputs.min(2);
        let mut weights = Vec::with_capacity(kernel.weights.len());
        for pair in kernel.weights.chunks_exact(paired * taps) {
            for tap in 0..taps {
                weights.extend(pair[tap..].iter().step_by(taps));
            }
        }
        let rows = vec![0.0; outputs * STEPPED];
        Self { before: shape.frames / 2, offsets, weights, bias: kernel.bias.clone(), rows }
    }

    /// Writes the rectified outputs of `frames` to the channels of `output` from `first` on, after
    /// `padding` values.
    pub(super) fn rectify(
        &mut self,
        input: &Plane,
        frames: Range<usize>,
        output: &mut Plane,
        first: usize,
        padding: usize,
    ) {
        for frame in frames {
            let start = input.start(0, frame - self.before);
            add_pairs(&input.values[start..], &self.offsets, &self.weights, &self.bias, &mut self.rows);
            for (channel, row) in (first..).zip(self.rows.chunks_exact(STEPPED)) {
                let output = &mut output.row_mut(channel, frame)[padding..];
                for (output, value) in output.iter_mut().zip(row) {
                    *output = value.max(0.0);
                }
            }
        }
    }

    /// Writes the sigmoid of the one output of `frames`, `width` bins, to the first channel of
    /// `output`, after `padding` values.
    pub(super) fn squash(
        &mut self,
        input: &Plane,
        frames: Range<usize>,
        output: &mut Plane,
        width: usize,
        padding: usize,
    ) {
        for frame in frames {
            let start = input.start(0, frame - self.before);
            for at in (0..width).step_by(STEPPED) {
                add_single(&input.values[start + at..], &self.offsets, &self.weights, self.bias[0], &mut self.rows);
                let output = &mut output.row_mut(0, frame)[padding + at..][..STEPPED];
                for (output, value) in output.iter_mut().zip(&self.rows) {
                    *output = 1.0 / (1.0 + (-value).exp());
                }
            }
        }
    }
}
