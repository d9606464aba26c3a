//! Spectral flux that vibrato does not raise.
//!
//! Source: Böck, Widmer, "Maximum Filter Vibrato Suppression for Onset Detection", `DAFx` 2013
//! (`SuperFlux`): a band rises only above the largest of its neighbours some frames before.

use super::HOP;
use super::bands::Bands;
use super::frames::{FrameSpectra, hann_symmetric};

/// Samples of a frame: 46 ms.
pub(super) const WINDOW: usize = 1_024;

/// Frames between the two that are compared.
const LAG: usize = 2;

/// Curves of spectral flux, one value for each frame, at least 0. Frame `i` is centred on sample
/// `i * HOP`; onsets raise the frames just before and at their start.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Onsets {
    /// Flux below 160 Hz, such as kicks.
    pub low: Vec<f32>,
    /// Flux from 160 Hz to 4 kHz, such as snares and notes.
    pub middle: Vec<f32>,
    /// Flux above 4 kHz, such as cymbals.
    pub high: Vec<f32>,
}

impl Onsets {
    /// Returns the flux of all bands.
    pub fn all(&self) -> Vec<f32> {
        let parts = self.low.iter().zip(&self.middle).zip(&self.high);
        parts.map(|((low, middle), high)| low + middle + high).collect()
    }
}

/// Streaming extractor of flux.
#[derive(Debug)]
pub struct OnsetsExtractor {
    spectra: FrameSpectra,
    rises: Rises,
}

impl OnsetsExtractor {
    /// Creates an extractor.
    pub fn new() -> Self {
        Self { spectra: FrameSpectra::new(hann_symmetric(WINDOW), HOP), rises: Rises::new() }
    }

    /// Adds samples at [`crate::SAMPLE_RATE`]. Values that are not finite count as silence.
    pub fn push(&mut self, samples: &[f32]) {
        let Self { spectra, rises } = self;
        spectra.push(samples, |magnitudes| rises.add(magnitudes));
    }

    /// Returns the flux of all samples.
    pub fn finish(self) -> Onsets {
        let Self { spectra, mut rises } = self;
        spectra.finish(|magnitudes| rises.add(magnitudes));
        rises.onsets
    }
}

impl Default for OnsetsExtractor {
    fn default() -> Self {
        Self::new()
    }
}

#[derive(Debug)]
struct Rises {
    bands: Bands,
    levels: Vec<f32>,
    /// Largest level of each band and its neighbours, [`LAG`] frames ago first.
    before: [Vec<f32>; LAG],
    onsets: Onsets,
}

impl Rises {
    fn new() -> Self {
        let bands = Bands::new();
        let silence = vec![0.0; bands.bins.len()];
        let before = std::array::from_fn(|_| silence.clone());
        Self { bands, levels: silence, before, onsets: Onsets::default() }
    }

    fn add(&mut self, magnitudes: &[f32]) {
        for (level, bins) in self.levels.iter_mut().zip(&self.bands.bins) {
            let sum: f32 = magnitudes[bins.clone()].iter().sum();
            *level = (1.0 + sum / bins.len() as f32).log10();
        }
        let [low, middle, high] = self.bands.parts.clone().map(|part| {
            let pairs = self.levels[part.clone()].iter().zip(&self.before[0][part]);
            pairs.map(|(level, before)| (level - before).max(0.0)).sum()
        });
        self.onsets.low.push(low);
        self.onsets.middle.push(middle);
        self.onsets.high.push(high);
        self.before.rotate_left(1);
        let last = self.levels.len() - 1;
        for (band, largest) in self.before[LAG - 1].iter_mut().enumerate() {
            let neighbours = &self.levels[band.saturating_sub(1)..=(band + 1).min(last)];
            *largest = neighbours.iter().copied().fold(0.0, f32::max);
        }
    }
}
