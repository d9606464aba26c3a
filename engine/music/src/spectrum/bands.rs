//! Energy in a few bands: a coarse picture of timbre.

use super::{Framing, Stft};
use crate::SAMPLE_RATE;
use mixdown_fft::RealPlanner;

/// Bands of a frame, of equal ratios between 40 Hz and 10 kHz.
pub const BAND_COUNT: usize = 16;

const SIZE: usize = 2048;
const EDGES_HZ: [f64; 2] = [40.0, 10_000.0];

/// Extractor of the power in [`BAND_COUNT`] bands, frame by frame.
#[derive(Debug)]
pub struct BandExtractor {
    framing: Framing,
    analysis: Analysis,
}

#[derive(Debug)]
struct Analysis {
    transform: Stft,
    band_of_bin: Vec<Option<usize>>,
    bands: Vec<[f32; BAND_COUNT]>,
}

impl Analysis {
    fn add(&mut self, frame: &[f32]) {
        let mut bands = [0.0; BAND_COUNT];
        for (bin, band) in self.transform.transform(frame).iter().zip(&self.band_of_bin) {
            if let Some(band) = *band {
                bands[band] += bin.norm_sqr();
            }
        }
        self.bands.push(bands);
    }
}

impl BandExtractor {
    /// Creates an extractor at the start of a signal.
    #[must_use]
    pub fn new() -> Self {
        let ratio = (EDGES_HZ[1] / EDGES_HZ[0]).ln();
        let band = |bin: usize| {
            let hertz = bin as f64 * f64::from(SAMPLE_RATE) / SIZE as f64;
            let position = (hertz / EDGES_HZ[0]).ln() / ratio;
            (0.0..1.0).contains(&position).then_some((position * BAND_COUNT as f64) as usize)
        };
        let transform = Stft::new(&mut RealPlanner::new(), SIZE);
        let analysis = Analysis { transform, band_of_bin: (0..=SIZE / 2).map(band).collect(), bands: Vec::new() };
        Self { framing: Framing::new(SIZE), analysis }
    }

    /// Appends a block of mono samples at [`SAMPLE_RATE`].
    pub fn push(&mut self, block: &[f32]) {
        self.framing.push(block, |frame| self.analysis.add(frame));
    }

    /// Returns the power in each band of each frame.
    #[must_use]
    pub fn finish(mut self) -> Vec<[f32; BAND_COUNT]> {
        self.framing.finish(|frame| self.analysis.add(frame));
        self.analysis.bands
    }
}

impl Default for BandExtractor {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_higher_sine_is_in_a_higher_band() {
        let band = |hertz: f32| {
            let step = std::f32::consts::TAU * hertz / 22_050.0;
            let mut extractor = BandExtractor::new();
            extractor.push(&(0..8192).map(|index| (step * index as f32).sin()).collect::<Vec<_>>());
            let bands = extractor.finish()[4];
            (0..BAND_COUNT).max_by(|&a, &b| bands[a].total_cmp(&bands[b])).unwrap()
        };
        let found: Vec<usize> = [60.0, 150.0, 500.0, 1800.0, 8000.0].map(band).to_vec();
        assert!(found.is_sorted_by(|a, b| a < b), "{found:?}");
        assert_eq!((found[0], found[4]), (1, 15));
    }
}
