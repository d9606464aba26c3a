//! Features of each frame: logarithmic bands, and how much each rose since the frame before.

use super::HOP;
use super::filterbank::{BANDS, Band, bands};
use crate::onsets::frames::{FrameSpectra, hann_symmetric};

/// Samples of a frame.
pub(super) const WINDOW: usize = 1_411;

/// Bins that are used. The last of the transform is left out, as in madmom.
pub(super) const BINS: usize = WINDOW / 2;

/// Features of a frame.
pub(super) const FEATURES: usize = 2 * BANDS;

/// Streaming front end.
#[derive(Debug)]
pub(super) struct FrontEnd {
    spectra: FrameSpectra,
    bands: BandRises,
}

impl FrontEnd {
    pub(super) fn new() -> Self {
        Self {
            spectra: FrameSpectra::new(hann_symmetric(WINDOW), HOP),
            bands: BandRises { bands: bands(), features: Box::new([0.0; FEATURES]), begun: false },
        }
    }

    /// Adds samples, and passes on the features of each frame that they complete.
    pub(super) fn push(&mut self, samples: &[f32], mut each: impl FnMut(&[f32; FEATURES])) {
        let Self { spectra, bands } = self;
        spectra.push(samples, |magnitudes| each(bands.next(magnitudes)));
    }

    /// Passes on the features of the frames that silence completes.
    pub(super) fn finish(self, mut each: impl FnMut(&[f32; FEATURES])) {
        let Self { spectra, mut bands } = self;
        spectra.finish(|magnitudes| each(bands.next(magnitudes)));
    }
}

#[derive(Debug)]
struct BandRises {
    bands: Vec<Band>,
    features: Box<[f32; FEATURES]>,
    begun: bool,
}

impl BandRises {
    fn next(&mut self, magnitudes: &[f32]) -> &[f32; FEATURES] {
        let (levels, rises) = self.features.split_at_mut(BANDS);
        for ((band, level), rise) in self.bands.iter().zip(levels).zip(rises) {
            let new = (1.0 + band.sum(&magnitudes[..BINS])).log10();
            *rise = if self.begun { (new - *level).max(0.0) } else { 0.0 };
            *level = new;
        }
        self.begun = true;
        &self.features
    }
}
