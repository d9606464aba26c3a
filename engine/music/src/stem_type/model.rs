//! The judgement of segments by logistic regression.

use super::features::{FEATURES, Features};
use super::weights::{CENTRES, INTERCEPTS, SCALES, WEIGHTS};

/// The number of types.
pub(super) const TYPES: usize = 4;
/// The number of kinds that are distinguished, some of which are one type.
pub(super) const KINDS: usize = 8;
/// The type of each kind: drums, bass, voice, choir, struck, sustained, group, mix.
const TYPE_OF_KIND: [usize; KINDS] = [0, 1, 2, 2, 3, 3, 3, 3];
/// The largest distance of a feature from its centre that counts, in standard deviations.
const FARTHEST: f64 = 4.0;
/// The probability that each type has at least, so that one segment cannot rule it out.
const PROBABILITY_FLOOR: f64 = 1e-6;

/// Returns the logarithms of the probabilities of the types.
pub(super) fn log_probabilities(features: &Features) -> [f64; TYPES] {
    let mut scores = INTERCEPTS.map(f64::from);
    for index in 0..FEATURES {
        let offset = features[index] - f64::from(CENTRES[index]);
        let distance = (offset / f64::from(SCALES[index])).clamp(-FARTHEST, FARTHEST);
        for (score, weights) in scores.iter_mut().zip(&WEIGHTS) {
            *score += distance * f64::from(weights[index]);
        }
    }
    let mut probabilities = [PROBABILITY_FLOOR; TYPES];
    for (one_type, logarithm) in TYPE_OF_KIND.into_iter().zip(normalised(scores)) {
        probabilities[one_type] += logarithm.exp();
    }
    normalised(probabilities.map(f64::ln))
}

/// Returns scores less the logarithm of the sum of their exponentials.
pub(super) fn normalised<const COUNT: usize>(scores: [f64; COUNT]) -> [f64; COUNT] {
    let highest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = scores.iter().map(|score| (score - highest).exp()).sum();
    scores.map(|score| score - highest - sum.ln())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_add_up_to_one_far_from_all_centres() {
        for value in [0.0, 1e30, -1e30] {
            let sum: f64 = log_probabilities(&[value; FEATURES]).iter().map(|log| log.exp()).sum();
            assert!((sum - 1.0).abs() < 1e-9);
        }
    }

    #[test]
    fn normalised_scores_keep_their_distances() {
        let [first, second, ..] = normalised([1000.0, 998.0, 0.0, -1000.0]);
        assert!((first - second - 2.0).abs() < 1e-9);
        assert!((first.exp() + second.exp() - 1.0).abs() < 1e-9);
    }
}
