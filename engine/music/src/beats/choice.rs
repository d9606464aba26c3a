//! Choice between hypotheses of tempo and beats.
//!
//! A small network scores each hypothesis by itself, and the scores of a song are the logarithms
//! of odds between its hypotheses: a conditional logit. `models/tempo/README.md` describes how its
//! weights were found, and their order.

use super::evidence::VALUES;
use super::hypotheses::Hypothesis;
use std::sync::LazyLock;

/// Hidden units: those of several networks whose mean is taken.
const UNITS: usize = 80;
/// Distance of a value from its mean that counts at most, in spreads.
const FARTHEST: f32 = 4.0;
const BYTES: &[u8] = include_bytes!("../../models/tempo/choice.f32");

/// Weights of the network.
#[derive(Debug)]
struct Network {
    means: Vec<f32>,
    spreads: Vec<f32>,
    /// Weights of each value for the score.
    direct: Vec<f32>,
    /// Weights of each value for each hidden unit.
    hidden: Vec<f32>,
    biases: Vec<f32>,
    /// Weights of the hidden units for the score.
    outputs: Vec<f32>,
}

static NETWORK: LazyLock<Network> = LazyLock::new(|| {
    let mut floats = BYTES.as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes));
    let mut take = |count: usize| -> Vec<f32> { floats.by_ref().take(count).collect() };
    Network {
        means: take(VALUES),
        spreads: take(VALUES),
        direct: take(VALUES),
        hidden: take(VALUES * UNITS),
        biases: take(UNITS),
        outputs: take(UNITS),
    }
});

impl Network {
    fn score(&self, evidence: &[f64]) -> f64 {
        let mut units = self.biases.clone();
        let mut score = 0.0;
        for (index, &value) in evidence.iter().enumerate().take(VALUES) {
            let distance = ((value as f32 - self.means[index]) / self.spreads[index]).clamp(-FARTHEST, FARTHEST);
            score += distance * self.direct[index];
            let weights = &self.hidden[index * UNITS..(index + 1) * UNITS];
            units.iter_mut().zip(weights).for_each(|(unit, weight)| *unit += distance * weight);
        }
        let hidden: f32 = units.iter().zip(&self.outputs).map(|(unit, weight)| unit.tanh() * weight).sum();
        f64::from(score + hidden)
    }
}

/// Returns the probability of each hypothesis, given that one of them is right.
pub(super) fn probabilities(hypotheses: &[Hypothesis]) -> Vec<f64> {
    let scores: Vec<f64> = hypotheses.iter().map(|hypothesis| NETWORK.score(&hypothesis.evidence)).collect();
    let best = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let powers: Vec<f64> = scores.iter().map(|score| (score - best).exp()).collect();
    let sum: f64 = powers.iter().sum();
    powers.into_iter().map(|power| power / sum).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hypothesis(evidence: Vec<f64>) -> Hypothesis {
        Hypothesis { bpm: 120.0, beats_s: Vec::new(), evidence }
    }

    #[test]
    fn the_file_has_all_weights_and_no_more() {
        assert_eq!(BYTES.len(), 4 * (3 * VALUES + VALUES * UNITS + 2 * UNITS));
        assert!(NETWORK.spreads.iter().all(|&spread| spread > 0.0));
        assert!(NETWORK.hidden.iter().chain(&NETWORK.outputs).any(|&weight| weight != 0.0));
    }

    #[test]
    fn probabilities_add_up_to_one_far_from_all_songs() {
        let far = [0.0, 1e30, -1e30].map(|value| hypothesis(vec![value; VALUES]));
        let found = probabilities(&far);
        assert!((found.iter().sum::<f64>() - 1.0).abs() < 1e-9, "{found:?}");
        assert!(probabilities(&[]).is_empty());
    }
}
