//! Choice between hypotheses of tempo and beats.

use super::evidence::VALUES;
use super::hypotheses::Hypothesis;

/// Weight of each value of the evidence.
///
/// A conditional logit: the weights that make the hypothesis with the best beats likeliest, over
/// 108 songs made for this purpose: 43 composed at random, 45 accompaniments of MMA grooves, and 20
/// rock bands of plain synthesis. Weights are drawn towards plain ones set by hand, by a ridge of
/// 0.1 on values of unit spread. Of songs left out of the fit, 77 % have the right tempo, and 60 %
/// with the plain ones. All are scaled by 0.9, so that the probabilities of such songs are the
/// shares of those that are right.
const WEIGHTS: [f64; VALUES] = [
    0.13, -1.06, 0.07, 2.32, 3.14, -0.55, 0.97, 0.80, 0.80, -0.98, -3.13, -1.40, 0.67, -1.01, -0.57, 0.0, -0.14, -1.50,
    -0.56, -0.05, -0.35, 0.30, 0.0, 0.47, 0.87, -0.15, -3.86, 1.99, -1.71, 0.18, 1.48, -1.98, 3.13, -0.49, 3.79, -2.30,
    4.94, 0.26, 0.14, 0.03, 0.96, -0.13, 0.52, 0.15, -0.97, 1.57, -0.51, 0.85, -0.46,
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
