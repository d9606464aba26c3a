//! The period of one frame.
//!
//! "A smarter way to find pitch", ICMC 2005: peaks of the normalised square difference function.

use crate::SAMPLE_RATE;
use mixdown_fft::{Complex, ComplexToReal, RealPlanner, RealToComplex};
use std::fmt;
use std::sync::Arc;

/// The lags at which periods are found, in samples: 1050 Hz to 37 Hz.
const LAGS: std::ops::Range<usize> = 21..600;
/// The share of the highest peak that the chosen one, with the shortest period, has at least.
const NEAR_HIGHEST: f64 = 0.9;

/// The period of one frame.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pitch {
    /// The frequency, in semitones above 55 Hz.
    pub(super) semitones: f64,
    /// The likeness of the samples one period apart: at most 1, near 0 for noise.
    pub(super) clarity: f64,
}

/// Finder of periods in frames.
pub(super) struct PitchFinder {
    forward: Arc<dyn RealToComplex<f32>>,
    inverse: Arc<dyn ComplexToReal<f32>>,
    padded: Vec<f32>,
    bins: Vec<Complex<f32>>,
    likeness: Vec<f64>,
}

impl PitchFinder {
    /// Creates a finder for frames of `length` samples.
    pub(super) fn new(length: usize) -> Self {
        let mut planner = RealPlanner::new();
        let (forward, inverse) = (planner.forward(2 * length), planner.inverse(2 * length));
        let (padded, bins) = (forward.make_input_vec(), forward.make_output_vec());
        Self { forward, inverse, padded, bins, likeness: vec![0.0; LAGS.end + 1] }
    }

    /// Returns the period of `frame`, with clarity 0 if it has none.
    pub(super) fn find(&mut self, frame: &[f32]) -> Pitch {
        self.padded.fill(0.0);
        self.padded[..frame.len()].copy_from_slice(frame);
        // The buffers have the lengths of the plans, so that they cannot fail.
        if self.forward.process(&mut self.padded, &mut self.bins).is_err() {
            return Pitch::default();
        }
        for bin in &mut self.bins {
            *bin = Complex::new(bin.norm_sqr(), 0.0);
        }
        if self.inverse.process(&mut self.bins, &mut self.padded).is_err() {
            return Pitch::default();
        }
        self.normalise(frame);
        self.choose()
    }

    /// Writes the likeness at each lag: twice the autocorrelation over the power of both parts.
    fn normalise(&mut self, frame: &[f32]) {
        let square = |sample: f32| f64::from(sample).powi(2);
        let mut power = 2.0 * frame.iter().map(|sample| square(*sample)).sum::<f64>();
        let scale = 2.0 / self.padded.len() as f64;
        for (lag, likeness) in self.likeness.iter_mut().enumerate() {
            *likeness = if power > 1e-9 { f64::from(self.padded[lag]) * scale / power } else { 0.0 };
            power -= square(frame[lag]) + square(frame[frame.len() - 1 - lag]);
        }
    }

    /// Returns the peak with the shortest period among those near the highest.
    fn choose(&self) -> Pitch {
        let at = |lag: usize| self.likeness[lag];
        let first_fall = (1..LAGS.end).find(|lag| at(*lag) < 0.0).unwrap_or(LAGS.end);
        let is_peak = |lag: &usize| at(*lag) > at(lag - 1) && at(*lag) >= at(lag + 1) && at(*lag) > 0.0;
        let peaks = || (LAGS.start.max(first_fall)..LAGS.end).filter(is_peak);
        let highest = peaks().map(at).fold(0.0, f64::max);
        let Some(lag) = peaks().find(|lag| at(*lag) >= NEAR_HIGHEST * highest) else {
            return Pitch::default();
        };
        let (before, middle, after) = (at(lag - 1), at(lag), at(lag + 1));
        let bend = before - 2.0 * middle + after;
        let offset = if bend < 0.0 { 0.5 * (before - after) / bend } else { 0.0 };
        let hertz = f64::from(SAMPLE_RATE) / (lag as f64 + offset);
        Pitch { semitones: 12.0 * (hertz / 55.0).log2(), clarity: middle.clamp(0.0, 1.0) }
    }
}

impl fmt::Debug for PitchFinder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("PitchFinder").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f32::consts::TAU;

    #[test]
    fn a_tone_with_overtones_has_its_frequency() {
        for hertz in [41.2_f32, 110.0, 220.0, 523.0, 880.0] {
            let tone = |index: i16| {
                let phase = TAU * hertz * f32::from(index) / 22_050.0;
                0.3 * phase.sin() + 0.3 * (2.0 * phase).sin() + 0.2 * (3.0 * phase).sin()
            };
            let frame: Vec<f32> = (0..2048).map(tone).collect();
            let found = PitchFinder::new(2048).find(&frame);
            let expected = 12.0 * (f64::from(hertz) / 55.0).log2();
            assert!((found.semitones - expected).abs() < 0.1, "{hertz} Hz: {found:?}, not {expected}");
            assert!(found.clarity > 0.95, "{hertz} Hz: {found:?}");
        }
    }

    #[test]
    fn noise_and_silence_are_not_clear() {
        let mut state = 1_u32;
        let mut noise = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / 8_388_608.0 - 1.0
        };
        let frame: Vec<f32> = (0..2048).map(|_| noise()).collect();
        let mut finder = PitchFinder::new(2048);
        assert!(finder.find(&frame).clarity < 0.3);
        assert_eq!(finder.find(&[0.0; 2048]).clarity, 0.0);
    }
}
