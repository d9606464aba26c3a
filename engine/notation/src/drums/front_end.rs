//! Levels of bands, frame by frame.

use super::HOP;
use super::bands::{BANDS, bands};
use mixdown_fft::{Complex, RealPlanner, RealToComplex};
use std::f64::consts::TAU;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// Samples of a frame: 46 ms.
const WINDOW: usize = 1_024;

/// Largest magnitude of a sample that counts: its power stays in the range of the levels.
const LARGEST_SAMPLE: f32 = 1e5;

/// Steps of a stored level in a decibel.
const STEPS: f32 = 256.0;

/// Power of the lowest level, -120 dB.
const LEAST_POWER: f32 = 1e-12;

/// Level of a frame in decibels that counts as silence.
const SILENCE_DB: f32 = -90.0;

/// Frames this far below the loudest, in decibels, do not count for the reference.
const REFERENCE_RANGE_DB: f32 = 50.0;

/// Quantile of the levels of frames that is the reference.
const REFERENCE_QUANTILE: f64 = 0.98;

/// Range of levels that the network reads: it ends this far below the reference, in decibels.
const RANGE_DB: f32 = 75.0;

/// Decibels that raise a feature by 1.
pub(super) const FEATURE_DB: f32 = 40.0;

/// Largest feature.
const LARGEST_FEATURE: f32 = 2.5;

/// Stream of band levels. Frame `i` is centred on sample `i * HOP`; a stem of `n` samples has
/// `n / HOP + 1` frames.
pub(super) struct FrontEnd {
    window: Vec<f32>,
    bands: Vec<Range<usize>>,
    /// Samples that frames to come need, after silence of half a window.
    samples: Vec<f32>,
    pushed: usize,
    transform: Arc<dyn RealToComplex<f32>>,
    input: Vec<f32>,
    bins: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    spectra: Spectra,
}

/// Levels of all frames.
#[derive(Debug, Clone, Default)]
pub(super) struct Spectra {
    /// [`BANDS`] levels of each frame, in decibels re full scale, times [`STEPS`].
    levels: Vec<[i16; BANDS]>,
    /// Level of all bands of each frame, in decibels.
    totals: Vec<f32>,
}

impl FrontEnd {
    pub(super) fn new() -> Self {
        let phase = |index: usize| TAU * index as f64 / WINDOW as f64;
        // The factor makes the power of a full-scale sine in its bin 1/4.
        let weight = |index: usize| (phase(index).cos().mul_add(-0.5, 0.5) * 2.0 / WINDOW as f64) as f32;
        let transform = RealPlanner::new().forward(WINDOW);
        let (input, bins) = (transform.make_input_vec(), transform.make_output_vec());
        let scratch = transform.make_scratch_vec();
        Self {
            window: (0..WINDOW).map(weight).collect(),
            bands: bands(WINDOW / 2),
            samples: vec![0.0; WINDOW / 2],
            pushed: 0,
            transform,
            input,
            bins,
            scratch,
            spectra: Spectra::default(),
        }
    }

    /// Adds samples. Those that are not finite count as silence.
    pub(super) fn push(&mut self, samples: &[f32]) {
        let clean = |&sample: &f32| if sample.is_finite() { sample } else { 0.0 };
        self.samples.extend(samples.iter().map(clean).map(|sample| sample.clamp(-LARGEST_SAMPLE, LARGEST_SAMPLE)));
        self.pushed += samples.len();
        self.transform_all();
    }

    /// Returns the levels of all frames, the last completed with silence.
    pub(super) fn finish(mut self) -> Spectra {
        if self.pushed > 0 {
            self.samples.resize(self.samples.len() + WINDOW / 2, 0.0);
            self.transform_all();
        }
        self.spectra
    }

    fn transform_all(&mut self) {
        let mut start = 0;
        while start + WINDOW <= self.samples.len() {
            self.transform(start);
            start += HOP;
        }
        self.samples.drain(..start.min(self.samples.len()));
    }

    fn transform(&mut self, start: usize) {
        let samples = &self.samples[start..start + WINDOW];
        for ((input, sample), weight) in self.input.iter_mut().zip(samples).zip(&self.window) {
            *input = sample * weight;
        }
        // The buffers were made by the transform: their lengths fit, so there is no error.
        let _ = self.transform.process_with_scratch(&mut self.input, &mut self.bins, &mut self.scratch);
        let mut levels = [0; BANDS];
        let mut total = 0.0;
        for (level, band) in levels.iter_mut().zip(&self.bands) {
            let power: f32 = self.bins[band.clone()].iter().map(Complex::norm_sqr).sum();
            total += power;
            *level = (decibels(power) * STEPS).round() as i16;
        }
        self.spectra.levels.push(levels);
        self.spectra.totals.push(decibels(total));
    }
}

impl fmt::Debug for FrontEnd {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("FrontEnd").field("pushed", &self.pushed).finish_non_exhaustive()
    }
}

impl Spectra {
    /// Returns the number of frames.
    pub(super) fn len(&self) -> usize {
        self.levels.len()
    }

    /// Returns the level of the loud frames in decibels, or `None` when all are silent.
    pub(super) fn reference(&self) -> Option<f32> {
        let loudest = self.totals.iter().copied().reduce(f32::max).filter(|&level| level > SILENCE_DB)?;
        let mut levels: Vec<f32> =
            self.totals.iter().copied().filter(|level| *level > loudest - REFERENCE_RANGE_DB).collect();
        levels.sort_by(f32::total_cmp);
        Some(levels[((levels.len() - 1) as f64 * REFERENCE_QUANTILE) as usize])
    }

    /// Returns the features of a frame: 0 at the end of the range below `reference`.
    pub(super) fn features(&self, frame: usize, reference: f32) -> [f32; BANDS] {
        self.levels[frame].map(|level| {
            let level = f32::from(level) / STEPS - reference;
            ((level + RANGE_DB) / FEATURE_DB).clamp(0.0, LARGEST_FEATURE)
        })
    }
}

fn decibels(power: f32) -> f32 {
    10.0 * power.max(LEAST_POWER).log10()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sine(hertz: f64, peak: f64, length: usize) -> Vec<f32> {
        let rate = f64::from(crate::SAMPLE_RATE);
        (0..length).map(|index| (peak * (TAU * hertz * index as f64 / rate).sin()) as f32).collect()
    }

    fn spectra(samples: &[f32]) -> Spectra {
        let mut front_end = FrontEnd::new();
        front_end.push(samples);
        front_end.finish()
    }

    #[test]
    fn a_sine_has_its_level_in_its_band() {
        let bin = 100;
        let hertz = f64::from(crate::SAMPLE_RATE) * bin as f64 / WINDOW as f64;
        let spectra = spectra(&sine(hertz, 0.1, 22_050));
        assert_eq!(spectra.len(), 22_050 / HOP + 1);
        let frame = spectra.levels[50];
        let loudest = (0..BANDS).max_by_key(|&band| frame[band]).unwrap();
        assert!(bands(WINDOW / 2)[loudest].contains(&bin));
        // A Hann window gives the power 1/4 + 2/16 times a half of the squared peak.
        let expected = 10.0 * (0.01f32 * 0.375).log10();
        assert!((f32::from(frame[loudest]) / STEPS - expected).abs() < 0.01);
        assert!((spectra.reference().unwrap() - expected).abs() < 0.05);
    }

    #[test]
    fn features_do_not_depend_on_the_level() {
        let loud = spectra(&sine(1_000.0, 0.9, 4_000));
        let soft = spectra(&sine(1_000.0, 0.009, 4_000));
        for frame in 0..loud.len() {
            let loud = loud.features(frame, loud.reference().unwrap());
            let soft = soft.features(frame, soft.reference().unwrap());
            assert!(loud.iter().zip(soft).all(|(loud, soft)| *loud == 0.0 || (loud - soft).abs() < 0.05));
        }
    }

    #[test]
    fn silence_has_no_reference() {
        assert_eq!(spectra(&[]).len(), 0);
        assert_eq!(spectra(&[]).reference(), None);
        assert_eq!(spectra(&vec![0.0; 9_000]).reference(), None);
        assert_eq!(spectra(&[f32::NAN, f32::INFINITY]).reference(), None);
    }
}
