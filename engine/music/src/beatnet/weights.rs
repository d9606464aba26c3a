//! Weights of model 1; `models/beatnet/README.md` describes their order.

use std::sync::LazyLock;

/// Units of the linear layer and of each LSTM.
pub(super) const UNITS: usize = 150;

/// Inputs of the linear layer.
pub(super) const POOLED: usize = 262;

/// Taps of the convolution.
pub(super) const TAPS: usize = 10;

/// Length of a row of an LSTM: its input, its state, and zeros up to a multiple of the lanes.
pub(super) const ROW: usize = 304;

/// Rows of an LSTM: input, output, forget and cell gate.
pub(super) const GATES: usize = 4 * UNITS;

const BYTES: &[u8] = include_bytes!("../../models/beatnet/model-1.f32");

/// Weights of one LSTM.
#[derive(Debug)]
pub(super) struct LstmWeights {
    /// [`GATES`] rows of [`ROW`] weights.
    pub(super) rows: Vec<f32>,
    /// Sum of both biases of each row.
    pub(super) bias: Vec<f32>,
}

/// Weights of the network.
#[derive(Debug)]
pub(super) struct Weights {
    pub(super) convolution: Vec<f32>,
    pub(super) convolution_bias: Vec<f32>,
    /// [`UNITS`] rows of [`POOLED`] weights.
    pub(super) linear: Vec<f32>,
    pub(super) linear_bias: Vec<f32>,
    pub(super) lstms: [LstmWeights; 2],
    /// Three rows of [`UNITS`] weights.
    pub(super) output: Vec<f32>,
    pub(super) output_bias: Vec<f32>,
}

/// The weights, parsed at their first use.
pub(super) static WEIGHTS: LazyLock<Weights> = LazyLock::new(|| {
    let mut values = BYTES.as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes));
    let mut take = |count: usize| -> Vec<f32> { values.by_ref().take(count).collect() };
    let (convolution, convolution_bias) = (take(2 * TAPS), take(2));
    let (linear, linear_bias) = (take(UNITS * POOLED), take(UNITS));
    let mut lstm = || {
        let (input, state) = (take(GATES * UNITS), take(GATES * UNITS));
        let (bias, state_bias) = (take(GATES), take(GATES));
        let mut rows = Vec::with_capacity(GATES * ROW);
        for (input, state) in input.chunks_exact(UNITS).zip(state.chunks_exact(UNITS)) {
            rows.extend_from_slice(input);
            rows.extend_from_slice(state);
            rows.extend_from_slice(&[0.0; ROW - 2 * UNITS]);
        }
        LstmWeights { rows, bias: bias.iter().zip(&state_bias).map(|(one, other)| one + other).collect() }
    };
    let lstms = [lstm(), lstm()];
    let (output, output_bias) = (take(3 * UNITS), take(3));
    Weights { convolution, convolution_bias, linear, linear_bias, lstms, output, output_bias }
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_holds_the_tensors_and_nothing_else() {
        let lstm = 2 * GATES * UNITS + 2 * GATES;
        let count = 2 * TAPS + 2 + UNITS * POOLED + UNITS + 2 * lstm + 3 * UNITS + 3;
        assert_eq!(BYTES.len(), 4 * count);
        assert_eq!(WEIGHTS.output_bias.len(), 3);
        assert!(WEIGHTS.lstms.iter().all(|lstm| lstm.rows.len() == GATES * ROW));
    }
}
