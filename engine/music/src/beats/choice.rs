//! Choice between hypotheses of tempo and beats.

use super::evidence::VALUES;
use super::hypotheses::Hypothesis;

/// Weight of each value of the evidence.
///
/// A conditional logit: the weights that make the hypothesis with the best beats likeliest, over
/// 108 songs made for this purpose: 43 composed at random, 45 accompaniments of MMA grooves, and 20
/// rock bands of plain synthesis; 40 of them count again as mixes without stems. Weights are drawn
/// towards plain ones set by hand, by a ridge of 0.1 on values of unit spread. Of songs left out of
/// the fit, 78 % have the right tempo, and 60 % with the plain ones. All are scaled by 0.9, so that
/// the probabilities of such songs are the shares of those that are right.
const WEIGHTS: [f64; VALUES] = [
    0.12, -1.02, 0.06, 2.23, 3.08, -0.50, 0.33, 0.85, 0.79, -0.84, -2.95, -1.39, 0.55, -0.70, -0.09, 0.23, -0.27,
    -1.32, -0.45, -0.02, -1.05, 0.25, -0.08, 0.14, 0.77, 0.94, -3.50, 2.69, -1.67, 0.09, 1.13, -1.49, 3.04, -0.69,
    4.27, -1.33, 5.10, 1.13, 0.12, 0.0, 0.83, -0.03, 0.15, 0.05, -0.79, 1.70, -0.66, 0.13, 0.11,
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
