//! Levels of one frame in bands as wide as the ear's, and the shape over these bands.

use crate::SAMPLE_RATE;
use std::f64::consts::PI;

/// The bands of one frame.
pub(super) const BANDS: usize = 24;
/// The coefficients that describe the shape over the bands, without the level.
pub(super) const COEFFICIENTS: usize = 12;
/// The edges of the lowest and the highest band, in hertz.
const EDGES_HZ: [f64; 2] = [40.0, 10_500.0];
/// The power, as a share of a frame's, that is added to a band before its logarithm: -70 dB.
const FLOOR: f64 = 1e-7;

/// Weights of a spectrum's bins in the bands: triangles of equal width in mel.
#[derive(Debug)]
pub(super) struct BandWeights {
    /// The first bin of each band, and the weights from there on.
    rows: Vec<(usize, Vec<f64>)>,
    /// The cosines of each coefficient, one for each band.
    cosines: Vec<Vec<f64>>,
}

/// The levels of a frame in its bands.
#[derive(Clone, Copy, Debug)]
pub(super) struct BandLevels {
    /// The power in each band.
    pub(super) power: [f64; BANDS],
    /// The cosine transform of the logarithms of the powers, without the mean level.
    pub(super) shape: [f64; COEFFICIENTS],
}

impl BandWeights {
    /// Creates weights for the `length / 2 + 1` bins of frames with `length` samples.
    pub(super) fn new(length: usize) -> Self {
        let hz_per_bin = f64::from(SAMPLE_RATE) / length as f64;
        let [low, high] = EDGES_HZ.map(mel);
        let edge = |index: usize| hertz(low + (high - low) * index as f64 / (BANDS + 1) as f64) / hz_per_bin;
        let row = |band: usize| {
            let (start, middle, end) = (edge(band), edge(band + 1), edge(band + 2));
            let first = start.ceil() as usize;
            let weight = |bin: usize| {
                let bin = bin as f64;
                ((bin - start) / (middle - start)).min((end - bin) / (end - middle)).max(0.0)
            };
            (first, (first..=end.floor() as usize).map(weight).collect())
        };
        let cosine = |coefficient: usize, band: usize| {
            (PI * coefficient as f64 * (band as f64 + 0.5) / BANDS as f64).cos() * (2.0 / BANDS as f64).sqrt()
        };
        let cosines = (1..=COEFFICIENTS).map(|one| (0..BANDS).map(|band| cosine(one, band)).collect()).collect();
        Self { rows: (0..BANDS).map(row).collect(), cosines }
    }

    /// Returns the levels of a frame with these powers of its bins.
    pub(super) fn levels(&self, powers: &[f64]) -> BandLevels {
        let mut power = [0.0; BANDS];
        for (band, (first, weights)) in power.iter_mut().zip(&self.rows) {
            *band = powers[*first..].iter().zip(weights).map(|(power, weight)| power * weight).sum();
        }
        let floor = power.iter().sum::<f64>() * FLOOR + f64::MIN_POSITIVE;
        let logarithms = power.map(|power| (power + floor).ln());
        let mut shape = [0.0; COEFFICIENTS];
        for (coefficient, cosines) in shape.iter_mut().zip(&self.cosines) {
            *coefficient = logarithms.iter().zip(cosines).map(|(level, cosine)| level * cosine).sum();
        }
        BandLevels { power, shape }
    }
}

/// Returns the pitch of `hertz` in mel (O'Shaughnessy 1987).
fn mel(hertz: f64) -> f64 {
    2595.0 * (1.0 + hertz / 700.0).log10()
}

/// Returns the frequency of `mel`, in hertz.
fn hertz(mel: f64) -> f64 {
    700.0 * (10.0_f64.powf(mel / 2595.0) - 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_bin_within_the_middles_has_weights_that_add_up_to_one() {
        let (bands, hz_per_bin) = (BandWeights::new(2048), f64::from(SAMPLE_RATE) / 2048.0);
        for bin in [13, 50, 300, 700] {
            assert!((130.0..8000.0).contains(&(bin as f64 * hz_per_bin)));
            let mut powers = vec![0.0; 1025];
            powers[bin] = 1.0;
            let sum: f64 = bands.levels(&powers).power.iter().sum();
            assert!((sum - 1.0).abs() < 1e-9, "bin {bin}: {sum}");
        }
    }

    #[test]
    fn the_shape_does_not_depend_on_the_level() {
        let bands = BandWeights::new(2048);
        let powers: Vec<f64> = (0..1025).map(|bin| 1.0 / f64::from(bin + 1)).collect();
        let quiet: Vec<f64> = powers.iter().map(|power| power * 1e-4).collect();
        let (loud, quiet) = (bands.levels(&powers).shape, bands.levels(&quiet).shape);
        for (loud, quiet) in loud.iter().zip(&quiet) {
            assert!((loud - quiet).abs() < 1e-9);
        }
    }
}
