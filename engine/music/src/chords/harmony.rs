//! Everything harmonic about a song at once.

use super::{ChordSegment, Grid, HarmonyFeatures, decode};
use crate::chroma::{CLASS_COUNT, PitchClasses, chroma};
use crate::key::{Key, KeySegment, Keys, estimate as estimate_keys};
use crate::sections::{Section, SectionInput, Sections, find_sections};
use crate::tuning::estimate as estimate_tuning;

/// Harmony and form of a song.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Harmony {
    /// Frequency of A4, in hertz; `None` without stable pitches.
    pub tuning_hz: Option<f64>,
    /// Key of most of the song; `None` without chords.
    pub key: Option<Key>,
    /// All keys with scores, the best one first.
    pub key_candidates: Vec<(Key, f64)>,
    /// Key of each span of time.
    pub keys: Vec<KeySegment>,
    /// Chords one after the other, from the start to the end of the song.
    pub chords: Vec<ChordSegment>,
    /// Sections one after the other.
    pub sections: Vec<Section>,
    /// Strength of the pitch classes of all but bass and drums, frame by frame, C first.
    pub chroma: Vec<PitchClasses>,
    /// Confidence in all of these.
    pub confidence: HarmonyConfidence,
}

/// Confidence in the parts of a [`Harmony`], each 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct HarmonyConfidence {
    /// Agreement of the partials on the tuning.
    pub tuning: f64,
    /// Confidence in the main key.
    pub key: f64,
    /// Mean confidence in the chords.
    pub chords: f64,
    /// Confidence in the sections.
    pub sections: f64,
}

/// Returns the harmony of a song, given its beats and downbeats in seconds.
///
/// Without beats, chords are found on a grid of their own; without downbeats, beats bound sections.
#[must_use]
pub fn analyse(features: &HarmonyFeatures, beats_s: &[f64], downbeats_s: &[f64]) -> Harmony {
    let tuning = estimate_tuning(&features.partials);
    let chroma = chroma(&features.pitched, features.bass.as_ref(), tuning.map_or(0.0, |tuning| tuning.cents));
    let peak = features.loudness.iter().copied().fold(f32::MIN_POSITIVE, f32::max).max(1e-4);
    let loudness: Vec<f32> = features.loudness.iter().map(|level| level / peak).collect();
    let grid = Grid::new(features.seconds, beats_s, downbeats_s);
    let mean = mean(&chroma.treble);
    let first = decode(&chroma, &loudness, &grid, &[]);
    let rough = estimate_keys(&first, &mean);
    let chords = if rough.segments.is_empty() { first } else { decode(&chroma, &loudness, &grid, &rough.segments) };
    let Keys { main, candidates, segments, confidence } = estimate_keys(&chords, &mean);
    let Sections { sections, confidence: of_sections } =
        find_sections(&SectionInput { features, chroma: &chroma, beats_s, downbeats_s });
    let of_chords = mean_confidence(&chords);
    Harmony {
        tuning_hz: tuning.map(|tuning| tuning.hertz()),
        key: main,
        key_candidates: candidates,
        keys: segments,
        confidence: HarmonyConfidence {
            tuning: tuning.map_or(0.0, |tuning| tuning.confidence),
            key: confidence * of_chords,
            chords: of_chords,
            sections: of_sections,
        },
        chords,
        sections,
        chroma: chroma.treble,
    }
}

fn mean(frames: &[PitchClasses]) -> PitchClasses {
    let mut mean = [0.0; CLASS_COUNT];
    for frame in frames {
        mean.iter_mut().zip(frame).for_each(|(mean, value)| *mean += value / frames.len() as f32);
    }
    mean
}

/// Returns the mean confidence in the chords over their time; spans without chords do not count.
fn mean_confidence(chords: &[ChordSegment]) -> f64 {
    let voiced = || chords.iter().filter(|segment| segment.chord.is_some());
    let total: f64 = voiced().map(ChordSegment::seconds).sum();
    if total <= 0.0 {
        return 0.0;
    }
    voiced().map(|segment| segment.seconds() * segment.confidence).sum::<f64>() / total
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chords::HarmonyBlock;
    use crate::chords::HarmonyExtractor;
    use crate::key::Mode;

    /// Returns a sample of a note with six overtones, decaying from `start_s`.
    fn tone(note: usize, cents: f64, time_s: f64, start_s: f64) -> f64 {
        let hertz = 440.0 * ((note as f64 - 69.0 + cents / 100.0) / 12.0).exp2();
        let turn = std::f64::consts::TAU * hertz * (time_s - start_s);
        let sum: f64 =
            (1..=6).map(|overtone| (turn * f64::from(overtone)).sin() / f64::from(overtone * overtone)).sum();
        sum * (-(time_s - start_s)).exp()
    }

    /// Returns the pitched samples and the bass of chords of two seconds each, with notes above
    /// middle C.
    fn song(chords: &[(usize, &[usize])], cents: f64) -> (Vec<f32>, Vec<f32>) {
        let length = chords.len() * 44_100;
        let at = |index: usize| (index as f64 / 22_050.0, (index / 11_025) as f64 * 0.5, chords[index / 44_100]);
        let pitched = |index| {
            let (time_s, start_s, (_, notes)) = at(index);
            0.1 * notes.iter().map(|&note| tone(note, cents, time_s, start_s)).sum::<f64>() as f32
        };
        let bass = |index| {
            let (time_s, start_s, (bass, _)) = at(index);
            0.2 * tone(bass, cents, time_s, start_s) as f32
        };
        ((0..length).map(pitched).collect(), (0..length).map(bass).collect())
    }

    fn harmony(pitched: &[f32], bass: Option<&[f32]>, block: usize, beats_s: &[f64]) -> Harmony {
        let mix: Vec<f32> =
            pitched.iter().enumerate().map(|(index, &sample)| sample + bass.map_or(0.0, |bass| bass[index])).collect();
        let mut extractor = HarmonyExtractor::new();
        for start in (0..mix.len()).step_by(block.max(1)) {
            let range = start..(start + block).min(mix.len());
            let bass = bass.map(|bass| &bass[range.clone()]);
            let rest = &pitched[range.clone()];
            extractor.push(&HarmonyBlock {
                mix: &mix[range.clone()],
                bass,
                rest: Some(rest),
                pitched: &[],
                stems: &[rest],
            });
        }
        analyse(&extractor.finish(), beats_s, &[])
    }

    fn labels(harmony: &Harmony) -> Vec<String> {
        harmony.chords.iter().filter(|segment| segment.seconds() > 0.5).map(ChordSegment::label).collect()
    }

    const SONG: [(usize, &[usize]); 6] = [
        (36, &[60, 64, 67]),
        (33, &[60, 64, 69]),
        (35, &[62, 67, 71]),
        (40, &[60, 64, 67]),
        (43, &[62, 65, 67, 71]),
        (36, &[60, 64, 67]),
    ];

    #[test]
    fn chords_inversions_key_and_tuning_are_found_at_any_tuning() {
        for cents in [-49.0, 0.0, 35.0] {
            let (pitched, bass) = song(&SONG, cents);
            let beats: Vec<f64> = (0..24).map(|beat| 0.5 * f64::from(beat)).collect();
            for beats in [&beats[..], &[]] {
                let found = harmony(&pitched, Some(&bass), 4096, beats);
                assert_eq!(labels(&found), ["C:maj", "A:min", "G:maj/3", "C:maj/3", "G:7", "C:maj"], "{cents}");
                assert_eq!(found.key, Some(Key::new(0, Mode::Major)));
                let expected = 440.0 * (cents / 1200.0_f64).exp2();
                assert!((found.tuning_hz.unwrap() / expected - 1.0).abs() < 5e-4, "{cents}: {:?}", found.tuning_hz);
                for (index, segment) in found.chords.iter().filter(|segment| segment.seconds() > 0.5).enumerate() {
                    assert!((segment.start_s - 2.0 * index as f64).abs() < 0.21, "{cents} {segment:?}");
                }
                assert!(found.confidence.chords > 0.5 && found.confidence.key > 0.2);
            }
        }
    }

    #[test]
    fn silence_noise_and_scraps_invent_nothing() {
        let mut state = 7_u32;
        let mut noise = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / 8_388_608.0 - 1.0
        };
        let hit: Vec<f32> = (0..66_150).map(|index| noise() * (-(index as f32) / 800.0).exp()).collect();
        let long: Vec<f32> = (0..220_500).map(|_| 0.1 * noise()).collect();
        for samples in [vec![], vec![0.0; 220_500], vec![0.0; 1], vec![f32::NAN; 22_050], vec![1.0; 44_100], hit, long]
        {
            let found = harmony(&samples, None, 1000, &[f64::NAN, 1.0, 0.5, f64::INFINITY]);
            assert_eq!(found.tuning_hz, None, "{}", samples.len());
            assert!(found.confidence.key < 0.2 && found.confidence.sections <= 0.1, "{:?}", found.confidence);
            let voiced: f64 =
                found.chords.iter().filter(|segment| segment.chord.is_some()).map(ChordSegment::seconds).sum();
            assert!(voiced < 0.5, "{} samples: {:?}", samples.len(), found.chords);
        }
    }

    #[test]
    fn blocks_do_not_matter() {
        let (pitched, bass) = song(&SONG[..2], 12.0);
        let whole = harmony(&pitched, Some(&bass), pitched.len(), &[]);
        for block in [977, 4096] {
            assert_eq!(harmony(&pitched, Some(&bass), block, &[]), whole);
        }
    }
}
