//! Inner loops of the network, compiled for several instruction sets.
//!
//! Products and sums are rounded apart, so every instruction set gives the same bits.
#![allow(unsafe_code)] // `multiversion` expands to calls of functions compiled for a detected instruction set.
#![allow(clippy::inline_always)] // Tiles have to be compiled for the instruction set of their caller.

use multiversion::multiversion;

/// Bins of a row of outputs: one a semitone.
pub(super) const STEPPED: usize = 88;

/// Frames whose products with a kernel are summed together.
pub(super) const TOGETHER: usize = 4;

/// Values of a vector.
pub(super) const LANES: usize = 8;

/// Returns sums over taps of weight times input, of neighbouring bins and several outputs.
#[inline(always)]
fn tile<const OUTPUTS: usize, const WIDTH: usize>(
    input: &[f32],
    offsets: &[usize],
    weights: &[f32],
) -> [[f32; WIDTH]; OUTPUTS] {
    let mut sums = [[0.0; WIDTH]; OUTPUTS];
    for (&offset, weights) in offsets.iter().zip(weights.as_chunks::<OUTPUTS>().0) {
        let Some(input) = input.get(offset..).and_then(|input| input.first_chunk::<WIDTH>()) else { break };
        for (sums, weight) in sums.iter_mut().zip(weights) {
            for (sum, value) in sums.iter_mut().zip(input) {
                *sum += weight * value;
            }
        }
    }
    sums
}

#[inline(always)]
fn add_tiles<const WIDTH: usize>(
    [input, weights, bias]: [&[f32]; 3],
    offsets: &[usize],
    rows: &mut [f32],
    column: usize,
) {
    let pairs = rows.chunks_exact_mut(2 * STEPPED).zip(bias.as_chunks::<2>().0);
    for ((rows, bias), weights) in pairs.zip(weights.chunks_exact(2 * offsets.len())) {
        let sums = tile::<2, WIDTH>(&input[column..], offsets, weights);
        for ((row, sums), bias) in rows.chunks_exact_mut(STEPPED).zip(&sums).zip(bias) {
            for (value, sum) in row[column..column + WIDTH].iter_mut().zip(sums) {
                *value = sum + bias;
            }
        }
    }
}

/// Writes rows of [`STEPPED`] outputs: the bias, plus the sum of weight times input of all taps.
/// `weights` has those of two outputs for each tap, pair by pair.
#[multiversion(targets("x86_64+avx2"))]
pub(super) fn add_pairs(input: &[f32], offsets: &[usize], weights: &[f32], bias: &[f32], rows: &mut [f32]) {
    add_tiles::<48>([input, weights, bias], offsets, rows, 0);
    add_tiles::<40>([input, weights, bias], offsets, rows, 48);
}

/// Writes one row of [`STEPPED`] outputs; `weights` has one for each tap.
#[multiversion(targets("x86_64+avx2"))]
pub(super) fn add_single(input: &[f32], offsets: &[usize], weights: &[f32], bias: f32, row: &mut [f32]) {
    let [sums] = tile::<1, STEPPED>(input, offsets, weights);
    for (value, sum) in row.iter_mut().zip(&sums) {
        *value = sum + bias;
    }
}

/// Returns the sums of products of [`TOGETHER`] frames, `hop` samples apart, with two kernels.
#[multiversion(targets("x86_64+avx2"))]
pub(super) fn correlate(samples: &[f32], hop: usize, kernels: [&[f32]; 2]) -> [[f32; TOGETHER]; 2] {
    let [real, imaginary] = kernels.map(|kernel| kernel.as_chunks::<LANES>().0);
    let frames: [&[[f32; LANES]]; TOGETHER] =
        std::array::from_fn(|frame| &samples[frame * hop..].as_chunks::<LANES>().0[..real.len()]);
    let mut sums = [[[0.0; LANES]; TOGETHER]; 2];
    for (index, (real, imaginary)) in real.iter().zip(imaginary).enumerate() {
        for (frame, samples) in frames.iter().enumerate() {
            let samples = &samples[index];
            for lane in 0..LANES {
                sums[0][frame][lane] += real[lane] * samples[lane];
                sums[1][frame][lane] += imaginary[lane] * samples[lane];
            }
        }
    }
    sums.map(|frames| frames.map(|lanes| lanes.iter().sum()))
}

/// Outputs of [`decimate`] in one vector loop.
const DECIMATED: usize = 32;

/// Writes every second output of a symmetric filter. `even` and `odd` are the samples with these
/// indices; `filter` has the taps of even index, whose mirror images are those of odd index.
#[multiversion(targets("x86_64+avx2"))]
pub(super) fn decimate(even: &[f32], odd: &[f32], filter: &[f32], output: &mut Vec<f32>, count: usize) {
    let last = filter.len() - 1;
    for start in (0..count).step_by(DECIMATED) {
        let mut sums = [0.0; DECIMATED];
        for (tap, weight) in filter.iter().enumerate() {
            let even = even[start + tap..].first_chunk::<DECIMATED>();
            let odd = odd[start + last - tap..].first_chunk::<DECIMATED>();
            let (Some(even), Some(odd)) = (even, odd) else { break };
            for lane in 0..DECIMATED {
                sums[lane] += weight * (even[lane] + odd[lane]);
            }
        }
        output.extend_from_slice(&sums[..DECIMATED.min(count - start)]);
    }
}

/// Real and imaginary parts of [`LANES`] bins.
pub(super) type Bins = [[f32; LANES]; 2];

/// Writes sums of products of complex bins: `outputs[o]` is that of `weights[o * inputs.len() + i]`
/// and `inputs[i]`.
#[multiversion(targets("x86_64+avx2"))]
pub(super) fn multiply(inputs: &[Bins], weights: &[Bins], outputs: &mut [Bins]) {
    for (outputs, weights) in outputs.as_chunks_mut::<2>().0.iter_mut().zip(weights.chunks_exact(2 * inputs.len())) {
        let (first, second) = weights.split_at(inputs.len());
        let mut sums = [[[0.0; LANES]; 2]; 2];
        for ((input, first), second) in inputs.iter().zip(first).zip(second) {
            for (sums, weight) in sums.iter_mut().zip([first, second]) {
                for lane in 0..LANES {
                    sums[0][lane] += input[0][lane] * weight[0][lane] - input[1][lane] * weight[1][lane];
                    sums[1][lane] += input[0][lane] * weight[1][lane] + input[1][lane] * weight[0][lane];
                }
            }
        }
        *outputs = sums;
    }
}
