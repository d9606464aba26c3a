//! Pitch classes over time, fine enough to show changes whatever the tuning.

use crate::SAMPLE_RATE;
use crate::onsets::frames::{FrameSpectra, hann_symmetric};
use crate::tempo::Curve;

const WINDOW: usize = 4_096;
const HOP: usize = 1_102;
const FRAME_RATE: f64 = SAMPLE_RATE as f64 / HOP as f64;
/// Classes of an octave: three a semitone, so that no tuning falls between two.
const CLASSES: usize = 36;
/// Frames whose pitches are added up before they are compared.
const SMOOTHED: usize = 3;
/// Share of the largest magnitude of a frame below which a peak does not count.
const LEAST_SHARE: f32 = 0.02;
/// Magnitude below which nothing counts, such as the rounding of silence.
const LEAST_MAGNITUDE: f32 = 0.05;

/// Pitch classes of each frame.
#[derive(Debug, Clone, Default)]
pub(super) struct Pitches(Vec<[f32; CLASSES]>);

/// Streaming extractor of pitch classes.
#[derive(Debug)]
pub(super) struct PitchExtractor {
    spectra: FrameSpectra,
    range_hz: [f64; 2],
    pitches: Pitches,
}

impl PitchExtractor {
    /// Creates an extractor of partials in a range in hertz.
    pub(super) fn new(range_hz: [f64; 2]) -> Self {
        Self { spectra: FrameSpectra::new(hann_symmetric(WINDOW), HOP), range_hz, pitches: Pitches::default() }
    }

    pub(super) fn push(&mut self, samples: &[f32]) {
        let Self { spectra, range_hz, pitches } = self;
        spectra.push(samples, |magnitudes| pitches.0.push(classes(magnitudes, *range_hz)));
    }

    pub(super) fn finish(self) -> Pitches {
        let Self { spectra, range_hz, mut pitches } = self;
        spectra.finish(|magnitudes| pitches.0.push(classes(magnitudes, range_hz)));
        pitches
    }
}

/// Returns the square roots of the magnitudes of the partials of each class.
fn classes(magnitudes: &[f32], range_hz: [f64; 2]) -> [f32; CLASSES] {
    let width = SAMPLE_RATE as f64 / WINDOW as f64;
    let [first, last] = range_hz.map(|hertz| ((hertz / width) as usize).clamp(1, WINDOW / 2 - 1));
    let largest = magnitudes[first..last].iter().copied().fold(0.0, f32::max);
    let least = (LEAST_SHARE * largest).max(LEAST_MAGNITUDE);
    let mut classes = [0.0; CLASSES];
    for bin in first..last {
        let [left, peak, right] = [magnitudes[bin - 1], magnitudes[bin], magnitudes[bin + 1]];
        if peak < least || peak <= left || peak < right {
            continue;
        }
        let bend = left - 2.0 * peak + right;
        let offset = if bend < 0.0 { f64::from(0.5 * (left - right) / bend) } else { 0.0 };
        let class = (((bin as f64 + offset) * width / 440.0).log2() * CLASSES as f64).rem_euclid(CLASSES as f64);
        let (below, share) = (class.floor() as usize, class.fract() as f32);
        classes[below % CLASSES] += peak.sqrt() * (1.0 - share);
        classes[(below + 1) % CLASSES] += peak.sqrt() * share;
    }
    classes
}

impl Pitches {
    /// Returns how far pitches differ before and after a time, within a span on each side, both in
    /// seconds: 0 for the same, 1 for others, 0 where either side is silent.
    pub(super) fn change(&self, time_s: f64, span_s: f64) -> f64 {
        let before = self.sum(time_s - span_s, time_s);
        let after = self.sum(time_s, time_s + span_s);
        let product = |one: &[f32; CLASSES], other: &[f32; CLASSES]| -> f64 {
            one.iter().zip(other).map(|(one, other)| f64::from(one * other)).sum()
        };
        let norm = (product(&before, &before) * product(&after, &after)).sqrt();
        if norm > 1e-9 { (1.0 - product(&before, &after) / norm).clamp(0.0, 1.0) } else { 0.0 }
    }

    /// Returns [`Self::change`] over time, in `frames` frames of [`crate::onsets`].
    pub(super) fn changes(&self, span_s: f64, frames: usize) -> Curve {
        let values: Vec<f32> =
            (0..self.0.len()).map(|frame| self.change(frame as f64 / FRAME_RATE, span_s) as f32).collect();
        Curve::resampled(&values, FRAME_RATE, frames)
    }

    fn sum(&self, start_s: f64, end_s: f64) -> [f32; CLASSES] {
        let frame = |time: f64| ((time * FRAME_RATE).round().max(0.0) as usize).min(self.0.len());
        let (start, end) = (frame(start_s), frame(end_s));
        let mut sum = [0.0; CLASSES];
        for classes in &self.0[start.min(end)..end] {
            for (sum, class) in sum.iter_mut().zip(classes) {
                *sum += class;
            }
        }
        sum
    }
}

/// Likeness of the pitches of a song to those some time later.
#[derive(Debug)]
pub(super) struct Likeness(Vec<[f32; CLASSES]>);

impl Likeness {
    /// Takes the mean pitches out, so that a change of chord is a change of sign.
    pub(super) fn new(pitches: &Pitches) -> Self {
        let mut frames: Vec<[f32; CLASSES]> = pitches.0.windows(SMOOTHED).map(unit_of_sum).collect();
        let sounding = frames.iter().filter(|frame| frame.iter().any(|&value| value > 0.0)).count();
        let mean: [f32; CLASSES] =
            std::array::from_fn(|class| frames.iter().map(|frame| frame[class]).sum::<f32>() / sounding.max(1) as f32);
        for frame in frames.iter_mut().filter(|frame| frame.iter().any(|&value| value > 0.0)) {
            frame.iter_mut().zip(&mean).for_each(|(value, mean)| *value -= mean);
        }
        Self(frames)
    }

    /// Returns the likeness after a lag in seconds, as a share of that without lag: about -1 to 1.
    pub(super) fn after(&self, lag_s: f64) -> f64 {
        let lag = (lag_s * FRAME_RATE).round() as usize;
        let (at_lag, at_zero) = (self.mean_product(lag), self.mean_product(0));
        if at_zero > 0.0 { f64::from(at_lag / at_zero) } else { 0.0 }
    }

    fn mean_product(&self, lag: usize) -> f32 {
        let later = self.0.get(lag..).unwrap_or_default();
        let product = |(one, other): (&[f32; CLASSES], &[f32; CLASSES])| -> f32 {
            one.iter().zip(other).map(|(one, other)| one * other).sum()
        };
        self.0.iter().zip(later).map(product).sum::<f32>() / later.len().max(1) as f32
    }
}

/// Returns the sum of frames with a length of 1, or of 0 where all are silent.
fn unit_of_sum(frames: &[[f32; CLASSES]]) -> [f32; CLASSES] {
    let sum: [f32; CLASSES] = std::array::from_fn(|class| frames.iter().map(|frame| frame[class]).sum());
    let length = sum.iter().map(|value| value * value).sum::<f32>().sqrt();
    if length > f32::MIN_POSITIVE { sum.map(|value| value / length) } else { [0.0; CLASSES] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f32::consts::TAU;

    #[test]
    fn chords_are_like_those_of_their_own_kind() {
        let chord = |classes: [usize; 2]| -> [f32; CLASSES] {
            std::array::from_fn(|class| f32::from(u8::from(classes.contains(&class))))
        };
        // Two chords take turns, each for 20 frames.
        let frames = (0..200).map(|frame| if frame / 20 % 2 == 0 { chord([0, 12]) } else { chord([9, 21]) });
        let likeness = Likeness::new(&Pitches(frames.collect()));
        assert!((likeness.after(0.0) - 1.0).abs() < 1e-6);
        assert!(likeness.after(40.0 / FRAME_RATE) > 0.9);
        assert!(likeness.after(20.0 / FRAME_RATE) < -0.9);
        assert_eq!(likeness.after(60.0), 0.0);
        assert_eq!(Likeness::new(&Pitches::default()).after(1.0), 0.0);
    }

    #[test]
    fn a_change_of_pitch_is_largest_where_it_is() {
        let tone = |index: usize| {
            let hertz = if index < 44_100 { 220.0 } else { 293.0 };
            (TAU * hertz * index as f32 / 22_050.0).sin() * 0.3
        };
        let mut extractor = PitchExtractor::new([50.0, 2_000.0]);
        extractor.push(&(0..88_200).map(tone).collect::<Vec<f32>>());
        let pitches = extractor.finish();
        assert!(pitches.change(2.0, 0.5) > 0.8, "{}", pitches.change(2.0, 0.5));
        assert!(pitches.change(1.0, 0.5) < 0.05);
        assert!(pitches.change(3.0, 0.5) < 0.05);
        assert_eq!(pitches.change(90.0, 0.5), 0.0);
    }
}
