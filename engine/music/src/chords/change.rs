//! Change of harmony from frame to frame.

use crate::chroma::whiten;
use crate::spectrum::{BINS_PER_OCTAVE, LogSpectrum};

/// Frames that are compared on each side: 280 ms.
const REACH: usize = 6;
/// Frames on each side that blend both, and do not count.
const GAP: usize = 2;
/// Part of the peak magnitude that counts as silence.
const SILENCE: f32 = 2e-3;

/// Returns one less the cosine between octave-folded spectra before and after each frame.
pub(crate) fn harmonic_change(spectrum: &LogSpectrum) -> Vec<f32> {
    let (floor, mut whitened) = (SILENCE * spectrum.peak(), Vec::new());
    let folded = |frame| {
        whiten(frame, floor, &mut whitened);
        fold(&whitened)
    };
    let frames: Vec<[f32; BINS_PER_OCTAVE]> = spectrum.frames().map(folded).collect();
    let sum = |frames: &[[f32; BINS_PER_OCTAVE]]| {
        let mut sum = [0.0_f32; BINS_PER_OCTAVE];
        for frame in frames {
            sum.iter_mut().zip(frame).for_each(|(sum, value)| *sum += value);
        }
        sum
    };
    let change = |index: usize| {
        let before = sum(&frames[index.saturating_sub(GAP + REACH)..index.saturating_sub(GAP)]);
        let after = sum(&frames[(index + GAP).min(frames.len())..(index + GAP + REACH).min(frames.len())]);
        let product = |a: &[f32], b: &[f32]| -> f32 { a.iter().zip(b).map(|(a, b)| a * b).sum() };
        let lengths = (product(&before, &before) * product(&after, &after)).sqrt();
        if lengths > 0.0 { (1.0 - product(&before, &after) / lengths).clamp(0.0, 1.0) } else { 0.0 }
    };
    (0..frames.len()).map(change).collect()
}

fn fold(frame: &[f32]) -> [f32; BINS_PER_OCTAVE] {
    let mut folded = [0.0; BINS_PER_OCTAVE];
    frame.iter().enumerate().for_each(|(index, magnitude)| folded[index % BINS_PER_OCTAVE] += magnitude);
    folded
}

#[cfg(test)]
mod tests {
    use crate::spectrum::LogSpectrumExtractor;

    #[test]
    fn a_change_of_notes_is_a_peak() {
        let mut extractor = LogSpectrumExtractor::new();
        let sample = |index: usize| {
            let hertz = if index < 22_050 { 220.0 } else { 293.66 };
            (std::f32::consts::TAU * hertz * index as f32 / 22_050.0).sin()
        };
        extractor.push(&(0..44_100).map(sample).collect::<Vec<_>>());
        let change = super::harmonic_change(&extractor.finish());
        let peak = (6..38).max_by(|&a, &b| change[a].total_cmp(&change[b])).unwrap();
        assert!(peak.abs_diff(22) <= 1 && change[peak] > 0.5 && change[12] < 0.1, "{peak} {change:?}");
    }
}
