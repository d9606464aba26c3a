//! Notes folded to pitch classes.

use super::{LOWEST_NOTE, NOTE_COUNT, NoteDictionary, whiten};
use crate::spectrum::{LogSpectrum, frame_seconds};

/// Pitch classes: C is 0, B is 11.
pub const CLASS_COUNT: usize = 12;
/// Strength of each pitch class, C first.
pub type PitchClasses = [f32; CLASS_COUNT];

/// Part of the song's peak magnitude that counts as silence.
const SILENCE: f32 = 2e-3;

/// Range of notes that a chroma gathers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Register {
    /// Notes of chords and melodies.
    Treble,
    /// Notes that chords stand on.
    Bass,
}

impl Register {
    /// Returns the weight of a note, as a MIDI number: 0 to 1, with soft ends of an octave.
    #[must_use]
    pub fn weight(self, note: usize) -> f32 {
        let ends = match self {
            Self::Treble => [38.0, 50.0, 84.0, 102.0],
            Self::Bass => [20.0, 22.0, 48.0, 60.0],
        };
        let note = note as f32;
        let (rise, fall) = ((note - ends[0]) / (ends[1] - ends[0]), (ends[3] - note) / (ends[3] - ends[2]));
        rise.min(fall).clamp(0.0, 1.0)
    }
}

/// Strength of the pitch classes in each frame.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chroma {
    /// Notes of chords and melodies.
    pub treble: Vec<PitchClasses>,
    /// Notes that chords stand on.
    pub bass: Vec<PitchClasses>,
}

/// Returns the chroma of a song at a tuning of `cents`.
///
/// The bass comes from the spectrum `bass` where that is not silent, else from `pitched`.
#[must_use]
pub fn chroma(pitched: &LogSpectrum, bass: Option<&LogSpectrum>, cents: f64) -> Chroma {
    let dictionary = NoteDictionary::new(cents);
    let floor = SILENCE * pitched.peak();
    let mut found = Chroma::default();
    let (mut whitened, mut strengths) = (Vec::new(), [0.0; NOTE_COUNT]);
    for frame in pitched.frames() {
        whiten(frame, floor, &mut whitened);
        dictionary.explain(&whitened, &mut strengths);
        found.treble.push(fold(&strengths, Register::Treble));
        found.bass.push(fold(&strengths, Register::Bass));
    }
    let Some(bass) = bass.filter(|bass| bass.peak() > 0.0) else { return found };
    let floor = SILENCE * bass.peak();
    for (frame, classes) in bass.frames().zip(&mut found.bass) {
        if frame.iter().copied().fold(0.0, f32::max) < 10.0 * floor {
            continue;
        }
        whiten(frame, floor, &mut whitened);
        dictionary.explain(&whitened, &mut strengths);
        *classes = fold(&strengths, Register::Bass);
    }
    found
}

fn fold(strengths: &[f32; NOTE_COUNT], register: Register) -> PitchClasses {
    let mut classes = [0.0; CLASS_COUNT];
    for (strength, note) in strengths.iter().zip(LOWEST_NOTE..) {
        classes[note % CLASS_COUNT] += strength * register.weight(note);
    }
    classes
}

/// Returns the mean of the frames whose centres lie in a span of time, in seconds.
///
/// Gives the frame nearest to the middle if there is none, and zeros without frames.
#[must_use]
pub fn mean_between(frames: &[PitchClasses], start_s: f64, end_s: f64) -> PitchClasses {
    let mut mean = [0.0; CLASS_COUNT];
    if frames.is_empty() {
        return mean;
    }
    let rate = 1.0 / frame_seconds(1);
    let last = frames.len() - 1;
    let mut first = ((start_s * rate).ceil().max(0.0) as usize).min(last);
    let mut end = ((end_s * rate).ceil().max(0.0) as usize).min(frames.len());
    if end <= first {
        first = crate::spectrum::frame_at(0.5 * (start_s + end_s)).min(last);
        end = first + 1;
    }
    for frame in &frames[first..end] {
        mean.iter_mut().zip(frame).for_each(|(mean, value)| *mean += value / (end - first) as f32);
    }
    mean
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spectrum::LogSpectrumExtractor;

    fn spectrum(notes: &[(u32, i32)], cents: f64) -> LogSpectrum {
        let mut extractor = LogSpectrumExtractor::new();
        let sample = |index: usize| -> f32 {
            let tone = |&(overtones, note): &(u32, i32)| -> f64 {
                let hertz = 440.0 * ((f64::from(note) - 69.0 + cents / 100.0) / 12.0).exp2();
                let turn = std::f64::consts::TAU * hertz * index as f64 / 22_050.0;
                (1..=overtones).map(|overtone| (turn * f64::from(overtone)).sin() / f64::from(overtone)).sum()
            };
            notes.iter().map(tone).sum::<f64>() as f32 * 0.1
        };
        extractor.push(&(0..30_000).map(sample).collect::<Vec<_>>());
        extractor.finish()
    }

    fn strongest(classes: &PitchClasses, count: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..CLASS_COUNT).collect();
        order.sort_by(|&a, &b| classes[b].total_cmp(&classes[a]));
        order.truncate(count);
        order.sort_unstable();
        order
    }

    #[test]
    fn chords_are_found_at_any_tuning() {
        for cents in [-50.0, -10.0, 0.0, 33.0] {
            for overtones in [4, 12] {
                let pitched = spectrum(&[(overtones, 50), (overtones, 54), (overtones, 57), (overtones, 72)], cents);
                let chroma = chroma(&pitched, None, cents);
                let classes = chroma.treble[14];
                assert_eq!(strongest(&classes, 4), [0, 2, 6, 9], "{cents} {overtones} {classes:?}");
                let weakest = [0, 2, 6, 9].map(|class| classes[class]).into_iter().fold(f32::MAX, f32::min);
                let rest = (0..12)
                    .filter(|class| ![0, 2, 6, 9].contains(class))
                    .map(|class| classes[class])
                    .fold(0.0, f32::max);
                assert!(rest < 0.5 * weakest, "{cents} {overtones} {classes:?}");
            }
        }
    }

    #[test]
    fn a_bass_stem_replaces_the_low_notes() {
        let (pitched, bass) = (spectrum(&[(6, 60), (6, 64), (6, 67)], 0.0), spectrum(&[(6, 28)], 0.0));
        let chroma = chroma(&pitched, Some(&bass), 0.0);
        assert_eq!(strongest(&chroma.bass[14], 1), [4]);
        assert_eq!(strongest(&chroma.treble[14], 3), [0, 4, 7]);
    }

    #[test]
    fn means_are_over_the_frames_inside() {
        let frames: Vec<PitchClasses> = (0..10).map(|value| [value as f32; 12]).collect();
        let at = |index: f64| index * frame_seconds(1);
        assert_eq!(mean_between(&frames, at(1.5), at(3.5))[0], 2.5);
        assert_eq!(mean_between(&frames, at(2.1), at(2.2))[0], 2.0);
        assert_eq!(mean_between(&frames, at(90.0), at(99.0))[0], 9.0);
        assert_eq!(mean_between(&[], 0.0, 1.0), [0.0; 12]);
    }
}
