//! Features of a song's stems that its harmony is found from.

use crate::SAMPLE_RATE;
use crate::spectrum::{BAND_COUNT, BandExtractor, HOP, LevelExtractor, LogSpectrum, LogSpectrumExtractor};
use crate::tuning::{PartialExtractor, PartialHistogram};

/// Samples of the same span of time from the stems of a song; all slices have the same length.
#[derive(Clone, Copy, Debug, Default)]
pub struct HarmonyBlock<'a> {
    /// Sum of all stems.
    pub mix: &'a [f32],
    /// Sum of the bass stems, if there are any.
    pub bass: Option<&'a [f32]>,
    /// Sum of the stems with pitches other than bass and drums; the mix takes its place if `None`.
    pub rest: Option<&'a [f32]>,
    /// Every stem with pitches, the bass too, in the same order in all blocks: the tuning is their
    /// mean. `rest` takes their place if empty.
    pub pitched: &'a [&'a [f32]],
    /// Every stem, in the same order in all blocks; may be empty.
    pub stems: &'a [&'a [f32]],
}

/// Features of a whole song; frames are those of [`crate::spectrum`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HarmonyFeatures {
    /// Length of the song, in seconds.
    pub seconds: f64,
    /// Spectrum of the pitched stems but the bass, or of the mix.
    pub pitched: LogSpectrum,
    /// Spectrum of the bass.
    pub bass: Option<LogSpectrum>,
    /// Votes of each stem with pitches for the tuning.
    pub partials: Vec<PartialHistogram>,
    /// Power of the mix in bands, frame by frame.
    pub bands: Vec<[f32; BAND_COUNT]>,
    /// Level of each stem, frame by frame.
    pub levels: Vec<Vec<f32>>,
    /// Level of the pitched stems but the bass, or of the mix, frame by frame.
    pub loudness: Vec<f32>,
}

/// Extractor of [`HarmonyFeatures`].
#[derive(Debug, Default)]
pub struct HarmonyExtractor {
    samples: usize,
    pitched: LogSpectrumExtractor,
    bass: Option<LogSpectrumExtractor>,
    partials: Vec<PartialExtractor>,
    bands: BandExtractor,
    loudness: LevelExtractor,
    levels: Vec<LevelExtractor>,
}

impl HarmonyExtractor {
    /// Creates an extractor at the start of a song.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends a block of mono samples at [`SAMPLE_RATE`], of any length.
    ///
    /// The same optional parts must be there in all blocks, else frames do not line up.
    pub fn push(&mut self, block: &HarmonyBlock<'_>) {
        self.samples += block.mix.len();
        let pitched = block.rest.unwrap_or(block.mix);
        self.pitched.push(pitched);
        let (one, several) = ([pitched], block.pitched);
        let tuned: &[&[f32]] = if several.is_empty() { &one } else { several };
        if self.partials.len() < tuned.len() {
            self.partials.resize_with(tuned.len(), PartialExtractor::new);
        }
        self.partials.iter_mut().zip(tuned).for_each(|(partials, stem)| partials.push(stem));
        self.loudness.push(pitched);
        self.bands.push(block.mix);
        if let Some(bass) = block.bass {
            self.bass.get_or_insert_default().push(bass);
        }
        if self.levels.len() < block.stems.len() {
            self.levels.resize_with(block.stems.len(), LevelExtractor::new);
        }
        self.levels.iter_mut().zip(block.stems).for_each(|(level, stem)| level.push(stem));
    }

    /// Returns the features of all blocks.
    #[must_use]
    pub fn finish(self) -> HarmonyFeatures {
        HarmonyFeatures {
            seconds: self.samples as f64 / f64::from(SAMPLE_RATE),
            pitched: self.pitched.finish(),
            bass: self.bass.map(LogSpectrumExtractor::finish),
            partials: self.partials.into_iter().map(PartialExtractor::finish).collect(),
            bands: self.bands.finish(),
            levels: self.levels.into_iter().map(LevelExtractor::finish).collect(),
            loudness: self.loudness.finish(),
        }
    }
}

impl HarmonyFeatures {
    /// Returns how much the pitch classes differ before and after each frame, 0 to 1.
    ///
    /// Peaks are likely places of chord changes, and so of downbeats. Untuned: bins are compared.
    #[must_use]
    pub fn harmonic_change(&self) -> Vec<f32> {
        super::change::harmonic_change(&self.pitched)
    }
}

const _: () = assert!(HOP < SAMPLE_RATE as usize);
