//! The shares of the three parts in each bin: between 0 and 1, and 1 together.

/// Exponent that narrows the centre: sound that is panned a little still has much in common.
const CENTRE_EXPONENT: i32 = 3;

/// Shares of one frame, a number per bin for each part.
pub(super) struct Masks {
    /// Percussive sound, wherever it is.
    pub(super) percussive: Vec<f32>,
    /// Sustained sound outside the centre.
    pub(super) harmonic: Vec<f32>,
    /// Sustained sound that both channels share.
    pub(super) centre: Vec<f32>,
}

impl Masks {
    /// Builds the shares. Of each bin, `across` is the median over frequency, `along` that over
    /// time, and `similarity` that of the channels, 0 to 1; `None` for one channel.
    ///
    /// The percussive share is a Wiener filter: the square of `across` over the sum of both squares
    /// (Fitzgerald, "Harmonic/Percussive Separation using Median Filtering", 2010). The rest is
    /// divided between centre and harmonic part.
    pub(super) fn new(across: &[f32], along: impl Iterator<Item = f32>, similarity: Option<&[f32]>) -> Self {
        let percussive: Vec<f32> = across.iter().zip(along).map(|(across, along)| share(*across, along)).collect();
        let centre: Vec<f32> = match similarity {
            Some(similarity) => {
                let narrow =
                    |(similarity, percussive): (&f32, &f32)| similarity.powi(CENTRE_EXPONENT) * (1.0 - percussive);
                similarity.iter().zip(&percussive).map(narrow).collect()
            }
            None => vec![0.0; percussive.len()],
        };
        let harmonic = percussive.iter().zip(&centre).map(|(one, other)| (1.0 - one - other).max(0.0)).collect();
        Self { percussive, harmonic, centre }
    }
}

/// Returns the share of `one` in the sum of the squares; a half, if both are 0.
fn share(one: f32, other: f32) -> f32 {
    let (one, other) = (f64::from(one).powi(2), f64::from(other).powi(2));
    let sum = one + other;
    if sum > 0.0 { (one / sum) as f32 } else { 0.5 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn magnitudes() -> impl Strategy<Value = Vec<f32>> {
        prop::collection::vec(prop_oneof![Just(0.0), 1e-30_f32..1e-20, 0.0_f32..10.0, 1e20_f32..1e30], 40)
    }

    proptest! {
        #[test]
        fn shares_are_never_negative_and_sum_to_one(
            across in magnitudes(),
            along in magnitudes(),
            similarity in prop::collection::vec(0.0_f32..=1.0, 40),
            is_mono in any::<bool>(),
        ) {
            let similarity = (!is_mono).then_some(&*similarity);
            let masks = Masks::new(&across, along.into_iter(), similarity);
            for bin in 0..40 {
                let shares = [masks.percussive[bin], masks.harmonic[bin], masks.centre[bin]];
                prop_assert!(shares.iter().all(|share| (0.0..=1.0).contains(share)), "{:?}", shares);
                prop_assert!((shares.iter().sum::<f32>() - 1.0).abs() < 1e-6, "{:?}", shares);
                prop_assert!(!is_mono || shares[2] == 0.0);
            }
        }
    }

    #[test]
    fn shares_follow_the_larger_median_and_the_similarity() {
        let masks = Masks::new(&[3.0, 1.0, 0.0], [1.0, 3.0, 1.0].into_iter(), Some(&[1.0, 1.0, 0.5]));
        let close = |one: f32, other: f32| assert!((one - other).abs() < 1e-6, "{one} {other}");
        close(masks.percussive[0], 0.9);
        close(masks.centre[0], 0.1);
        close(masks.percussive[1], 0.1);
        close(masks.centre[1], 0.9);
        close(masks.centre[2], 0.125);
        close(masks.harmonic[2], 0.875);
    }
}
