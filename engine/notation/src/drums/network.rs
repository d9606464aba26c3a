//! Convolutions over frames.

use super::DRUMS;
use super::bands::BANDS;
use super::front_end::Spectra;
use super::weights::{CHANNELS, Layer, OUTPUTS, WEIGHTS, reach};

/// Frames whose outputs are computed at one time.
const CHUNK: usize = 512;

/// Outputs of a frame, 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Activation {
    /// Closeness to a hit of each drum: 1 at its start, 0 from two frames on.
    pub(super) hits: [f32; DRUMS],
    /// Strength of a hit of each drum at this time, as a part of the largest MIDI velocity.
    pub(super) strengths: [f32; DRUMS],
}

/// Returns the outputs for each frame of `spectra`, whose loud frames are at `reference` decibels.
pub(super) fn activations(spectra: &Spectra, reference: f32) -> Vec<Activation> {
    let (count, reach) = (spectra.len(), reach());
    let mut activations = Vec::with_capacity(count);
    for start in (0..count).step_by(CHUNK) {
        let end = (start + CHUNK).min(count);
        let (from, to) = (start.saturating_sub(reach), (end + reach).min(count));
        let features: Vec<_> = (from..to).map(|frame| spectra.features(frame, reference)).collect();
        activations.extend_from_slice(&chunk(&features)[start - from..end - from]);
    }
    activations
}

/// Returns the outputs for each frame of a chunk, with silence around it.
fn chunk(features: &[[f32; BANDS]]) -> Vec<Activation> {
    let weights = &*WEIGHTS;
    let mut hidden: Vec<[f32; CHANNELS]> = convolve(&weights.first, features);
    rectify(&mut hidden);
    for layer in &weights.bypassed {
        let mut added: Vec<[f32; CHANNELS]> = convolve(layer, &hidden);
        rectify(&mut added);
        for (hidden, added) in hidden.as_flattened_mut().iter_mut().zip(added.as_flattened()) {
            *hidden += added;
        }
    }
    let outputs: Vec<[f32; OUTPUTS]> = convolve(&weights.last, &hidden);
    let split = |outputs: [f32; OUTPUTS]| Activation {
        hits: std::array::from_fn(|drum| sigmoid(outputs[drum])),
        strengths: std::array::from_fn(|drum| sigmoid(outputs[DRUMS + drum])),
    };
    outputs.into_iter().map(split).collect()
}

fn convolve<const IN: usize, const OUT: usize>(layer: &Layer, inputs: &[[f32; IN]]) -> Vec<[f32; OUT]> {
    debug_assert_eq!(layer.outputs, OUT);
    let mut bias = [0.0; OUT];
    bias.copy_from_slice(&layer.bias);
    let mut sums = vec![bias; inputs.len()];
    let half = layer.taps / 2 * layer.dilation;
    for (tap, weights) in layer.weights.chunks_exact(IN * OUT).enumerate() {
        let rows = weights.as_chunks::<OUT>().0;
        let ahead = tap * layer.dilation;
        // The sum at frame `i` takes the input at `i + ahead - half`.
        let (skipped_sums, skipped_inputs) = (half.saturating_sub(ahead), ahead.saturating_sub(half));
        let sums = sums.iter_mut().skip(skipped_sums);
        for (sums, inputs) in sums.zip(inputs.iter().skip(skipped_inputs)) {
            for (input, row) in inputs.iter().zip(rows) {
                for (sum, weight) in sums.iter_mut().zip(row) {
                    *sum += input * weight;
                }
            }
        }
    }
    sums
}

fn rectify(values: &mut [[f32; CHANNELS]]) {
    for value in values.as_flattened_mut() {
        *value = value.max(0.0);
    }
}

fn sigmoid(value: f32) -> f32 {
    1.0 / (1.0 + (-value).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn taps_read_the_frames_around() {
        let layer = Layer { taps: 3, dilation: 2, outputs: 1, weights: vec![1.0, 10.0, 100.0], bias: vec![0.5] };
        let inputs = [[1.0], [2.0], [3.0], [4.0]];
        let outputs: Vec<[f32; 1]> = convolve(&layer, &inputs);
        assert_eq!(outputs, [[310.5], [420.5], [31.5], [42.5]]);
    }

    #[test]
    fn weights_are_of_inputs_then_of_outputs() {
        let layer = Layer { taps: 1, dilation: 1, outputs: 2, weights: vec![1.0, 2.0, 3.0, 4.0], bias: vec![0.0; 2] };
        let outputs: Vec<[f32; 2]> = convolve(&layer, &[[10.0, 1.0]]);
        assert_eq!(outputs, [[13.0, 24.0]]);
    }
}
