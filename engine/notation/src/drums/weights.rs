//! Weights of the network; `models/drums/README.md` describes their order.

use super::DRUMS;
use super::bands::BANDS;
use std::sync::LazyLock;

/// Channels of each hidden layer.
pub(super) const CHANNELS: usize = 48;

/// Outputs of a frame: an activation and a strength of each drum.
pub(super) const OUTPUTS: usize = 2 * DRUMS;

/// Frames between the taps of the layers with a bypass.
const DILATIONS: [usize; 5] = [1, 2, 4, 8, 16];

const BYTES: &[u8] = include_bytes!("../../models/drums/drums.i8");

/// A convolution over frames.
#[derive(Debug)]
pub(super) struct Layer {
    pub(super) taps: usize,
    /// Frames between taps.
    pub(super) dilation: usize,
    pub(super) outputs: usize,
    /// Weights of each tap, then of each input, then of each output.
    pub(super) weights: Vec<f32>,
    pub(super) bias: Vec<f32>,
}

/// Layers of the network.
#[derive(Debug)]
pub(super) struct Weights {
    pub(super) first: Layer,
    /// Layers whose output is added to their input.
    pub(super) bypassed: Vec<Layer>,
    pub(super) last: Layer,
}

/// The weights, parsed at their first use.
pub(super) static WEIGHTS: LazyLock<Weights> = LazyLock::new(|| {
    let mut bytes = BYTES;
    let first = layer(&mut bytes, 5, 1, BANDS, CHANNELS);
    let bypassed = DILATIONS.map(|dilation| layer(&mut bytes, 3, dilation, CHANNELS, CHANNELS)).into();
    let last = layer(&mut bytes, 1, 1, CHANNELS, OUTPUTS);
    Weights { first, bypassed, last }
});

/// Takes a layer from `bytes`: the scale of each output, its bias, then integers.
fn layer(bytes: &mut &[u8], taps: usize, dilation: usize, inputs: usize, outputs: usize) -> Layer {
    let mut take = |count: usize| {
        let (taken, rest) = bytes.split_at(count);
        *bytes = rest;
        taken
    };
    let floats =
        |bytes: &[u8]| -> Vec<f32> { bytes.as_chunks().0.iter().map(|&one| f32::from_le_bytes(one)).collect() };
    let (scales, bias) = (floats(take(4 * outputs)), floats(take(4 * outputs)));
    let integers = take(taps * inputs * outputs).iter().map(|&byte| f32::from(byte.cast_signed()));
    let weights = integers.zip(scales.iter().cycle()).map(|(integer, scale)| integer * scale).collect();
    Layer { taps, dilation, outputs, weights, bias }
}

/// Frames on either side of a frame that its outputs depend on.
pub(super) fn reach() -> usize {
    let weights = &*WEIGHTS;
    let layers = [&weights.first, &weights.last].into_iter().chain(&weights.bypassed);
    layers.map(|layer| layer.taps / 2 * layer.dilation).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_holds_the_layers_and_nothing_else() {
        let layer = |taps: usize, inputs: usize, outputs: usize| outputs * (8 + taps * inputs);
        let bypassed = DILATIONS.len() * layer(3, CHANNELS, CHANNELS);
        assert_eq!(BYTES.len(), layer(5, BANDS, CHANNELS) + bypassed + layer(1, CHANNELS, OUTPUTS));
        assert!(WEIGHTS.last.weights.iter().any(|&weight| weight != 0.0));
        assert_eq!(reach(), 33);
    }
}
