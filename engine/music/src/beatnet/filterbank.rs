//! Logarithmic bands of triangles, as in madmom 0.16.1 (`LogarithmicFilterbank`).

use super::front_end::{BINS, WINDOW};
use crate::SAMPLE_RATE;

/// Number of bands.
pub(super) const BANDS: usize = 136;
const BANDS_PER_OCTAVE: f64 = 24.0;
const LOWEST_HZ: f64 = 30.0;
const HIGHEST_HZ: f64 = 17_000.0;
const REFERENCE_HZ: f64 = 440.0;

/// Weights of neighbouring bins, with a sum of 1.
#[derive(Debug)]
pub(super) struct Band {
    first: usize,
    weights: Vec<f32>,
}

impl Band {
    /// Returns the weighted sum of `magnitudes`, one for each bin.
    pub(super) fn sum(&self, magnitudes: &[f32]) -> f32 {
        let bins = &magnitudes[self.first..self.first + self.weights.len()];
        bins.iter().zip(&self.weights).map(|(magnitude, weight)| magnitude * weight).sum()
    }
}

/// Returns the bands from low to high.
pub(super) fn bands() -> Vec<Band> {
    let centres = centre_bins();
    centres.windows(3).map(|edges| triangle(edges[0], edges[1], edges[2])).collect()
}

/// Returns the bins nearest to the centres, each once.
fn centre_bins() -> Vec<usize> {
    let width = SAMPLE_RATE as f64 / (WINDOW - 1) as f64;
    let step = |hertz: f64| (hertz / REFERENCE_HZ).log2() * BANDS_PER_OCTAVE;
    let steps = step(LOWEST_HZ).ceil() as i32..=step(HIGHEST_HZ).floor() as i32;
    let mut bins: Vec<usize> = steps
        .map(|step| REFERENCE_HZ * (f64::from(step) / BANDS_PER_OCTAVE).exp2())
        .map(|hertz| ((hertz / width).round() as usize).min(BINS - 1))
        .collect();
    bins.dedup();
    bins
}

fn triangle(start: usize, centre: usize, stop: usize) -> Band {
    if stop - start < 2 {
        return Band { first: start, weights: vec![1.0] };
    }
    let rising = (start..centre).map(|bin| (bin - start) as f64 / (centre - start) as f64);
    let falling = (centre..stop).map(|bin| 1.0 - (bin - centre) as f64 / (stop - centre) as f64);
    let weights: Vec<f64> = rising.chain(falling).collect();
    let sum: f64 = weights.iter().sum();
    Band { first: start, weights: weights.into_iter().map(|weight| (weight / sum) as f32).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_have_unit_sums_and_cover_the_spectrum() {
        let bands = bands();
        assert_eq!(bands.len(), BANDS);
        assert_eq!((bands[0].first, bands[1].first), (2, 3));
        for band in &bands {
            assert!((band.weights.iter().sum::<f32>() - 1.0).abs() < 1e-6);
            assert!(band.first + band.weights.len() <= BINS);
        }
    }
}
