//! Choice between hypotheses of tempo and beats.

use super::evidence::VALUES;
use super::hypotheses::Hypothesis;

/// Weight of each value of the evidence.
const WEIGHTS: [f64; VALUES] = [
    0.0, -2.0, 0.0, 3.0, 4.0, -3.0, 0.0, 0.0, 1.0, -1.0, 0.0, 0.0, 0.5, -0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0,
    -0.5, 1.0, -0.5, 4.0, -3.0, 2.0, -1.5, -1.5, 1.5, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.5,
    0.0, 0.5, 2.0, 1.0, 1.0,
];

/// Returns the probability of each hypothesis, given that one of them is right.
pub(super) fn probabilities(hypotheses: &[Hypothesis]) -> Vec<f64> {
    let score = |hypothesis: &Hypothesis| -> f64 {
        hypothesis.evidence.iter().zip(&WEIGHTS).map(|(value, weight)| value * weight).sum()
    };
    let scores: Vec<f64> = hypotheses.iter().map(score).collect();
    let best = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let powers: Vec<f64> = scores.iter().map(|score| (score - best).exp()).collect();
    let sum: f64 = powers.iter().sum();
    powers.into_iter().map(|power| power / sum).collect()
}
