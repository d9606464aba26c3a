//! Convolution, linear layer, two LSTMs and softmax.

use super::front_end::FEATURES;
use super::weights::{GATES, LstmWeights, POOLED, ROW, TAPS, UNITS, WEIGHTS};

/// Sums that are kept apart: as many as vectors of most processors hold.
const LANES: usize = 16;

/// Network with its recurrent state.
#[derive(Debug)]
pub(super) struct Network {
    lstms: [Lstm; 2],
}

impl Network {
    /// Creates a network at rest.
    pub(super) fn new() -> Self {
        Self { lstms: std::array::from_fn(|_| Lstm::new()) }
    }

    /// Returns the probabilities of a beat, a downbeat, and neither.
    pub(super) fn step(&mut self, features: &[f32; FEATURES]) -> [f32; 3] {
        let weights = &*WEIGHTS;
        let pooled = pool(features);
        let mut values: [f32; UNITS] = std::array::from_fn(|unit| {
            weights.linear_bias[unit] + dot(&weights.linear[unit * POOLED..][..POOLED], &pooled)
        });
        for (lstm, weights) in self.lstms.iter_mut().zip(&weights.lstms) {
            values = lstm.step(weights, &values);
        }
        softmax(std::array::from_fn(|class| {
            weights.output_bias[class] + dot(&weights.output[class * UNITS..][..UNITS], &values)
        }))
    }
}

/// Returns the rectified convolution, the larger of each two neighbours, channel by channel.
fn pool(features: &[f32; FEATURES]) -> [f32; POOLED] {
    let weights = &*WEIGHTS;
    let mut pooled = [0.0; POOLED];
    for (channel, pooled) in pooled.chunks_exact_mut(POOLED / 2).enumerate() {
        let taps = &weights.convolution[channel * TAPS..][..TAPS];
        let at = |start: usize| weights.convolution_bias[channel] + dot(taps, &features[start..start + TAPS]);
        for (index, value) in pooled.iter_mut().enumerate() {
            *value = at(2 * index).max(at(2 * index + 1)).max(0.0);
        }
    }
    pooled
}

#[derive(Debug)]
struct Lstm {
    /// Input, state, and zeros up to [`ROW`].
    row: Box<[f32; ROW]>,
    cells: Box<[f32; UNITS]>,
    gates: Box<[f32; GATES]>,
}

impl Lstm {
    fn new() -> Self {
        Self { row: Box::new([0.0; ROW]), cells: Box::new([0.0; UNITS]), gates: Box::new([0.0; GATES]) }
    }

    fn step(&mut self, weights: &LstmWeights, input: &[f32; UNITS]) -> [f32; UNITS] {
        self.row[..UNITS].copy_from_slice(input);
        let rows = weights.rows.chunks_exact(ROW).zip(&weights.bias);
        for (gate, (row, bias)) in self.gates.iter_mut().zip(rows) {
            *gate = bias + dot(row, &*self.row);
        }
        let mut output = [0.0; UNITS];
        for (unit, output) in output.iter_mut().enumerate() {
            let [input, open, forget, new] = [0, 1, 2, 3].map(|gate| self.gates[gate * UNITS + unit]);
            let cell = sigmoid(forget) * self.cells[unit] + sigmoid(input) * new.tanh();
            self.cells[unit] = cell;
            *output = sigmoid(open) * cell.tanh();
        }
        self.row[UNITS..2 * UNITS].copy_from_slice(&output);
        output
    }
}

fn dot(one: &[f32], other: &[f32]) -> f32 {
    let mut sums = [0.0f32; LANES];
    let (one, rest) = one.as_chunks::<LANES>();
    let (other, other_rest) = other.as_chunks::<LANES>();
    for (one, other) in one.iter().zip(other) {
        for lane in 0..LANES {
            sums[lane] += one[lane] * other[lane];
        }
    }
    sums.iter().sum::<f32>() + rest.iter().zip(other_rest).map(|(one, other)| one * other).sum::<f32>()
}

fn sigmoid(value: f32) -> f32 {
    1.0 / (1.0 + (-value).exp())
}

fn softmax(values: [f32; 3]) -> [f32; 3] {
    let largest = values.into_iter().fold(f32::MIN, f32::max);
    let powers = values.map(|value| (value - largest).exp());
    let sum: f32 = powers.iter().sum();
    powers.map(|power| power / sum)
}
