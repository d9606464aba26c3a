//! Keys of a song over time.

use super::fit::{fit, is_tonic};
use super::profile::correlation;
use super::{Key, KeySegment};
use crate::chords::ChordSegment;
use crate::chroma::PitchClasses;

/// Worth of the time spent on the tonic chord, relative to that on any chord of the scale.
const TONIC: f64 = 0.35;
/// Worth of a tonic chord that opens or that closes a song, in parts of the whole song.
const ENDS: [f64; 2] = [0.1, 0.1];
/// Worth of the profile of pitch classes.
const PROFILE: f64 = 0.25;
/// Cost of a change of key, in seconds of chords that fit fully.
const CHANGE_S: f64 = 9.0;
/// Steepness of confidence with the lead of the best key over the next.
const STEEPNESS: f64 = 18.0;

/// Keys of a song.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Keys {
    /// Key of most of the song; `None` without chords.
    pub main: Option<Key>,
    /// All keys with their scores, the best one first; scores are comparable within one song alone.
    pub candidates: Vec<(Key, f64)>,
    /// Key of each span of time, in order.
    pub segments: Vec<KeySegment>,
    /// Confidence in the main key, 0 to 1.
    pub confidence: f64,
}

/// Returns the keys of a song with these chords and this mean of its pitch classes.
#[must_use]
pub fn estimate(chords: &[ChordSegment], classes: &PitchClasses) -> Keys {
    let voiced: Vec<&ChordSegment> = chords.iter().filter(|segment| segment.chord.is_some()).collect();
    let total: f64 = voiced.iter().map(|segment| segment.seconds()).sum();
    if total <= 0.0 {
        return Keys::default();
    }
    let keys: Vec<Key> = Key::all().collect();
    let worth = |index: usize, key: Key| -> f64 {
        let Some(chord) = voiced[index].chord else { return 0.0 };
        let mut worth = voiced[index].seconds() * fit(chord, key);
        if is_tonic(chord, key) {
            worth += TONIC * voiced[index].seconds();
            worth += if index == 0 { ENDS[0] * total } else { 0.0 };
            worth += if index + 1 == voiced.len() { ENDS[1] * total } else { 0.0 };
        }
        worth
    };
    let profile = |key: Key| PROFILE * correlation(classes, key);
    let mut candidates: Vec<(Key, f64)> = keys
        .iter()
        .map(|&key| (key, (0..voiced.len()).map(|index| worth(index, key)).sum::<f64>() / total + profile(key)))
        .collect();
    candidates.sort_by(|a, b| b.1.total_cmp(&a.1));
    let path = best_path(voiced.len(), &keys, |index, key| worth(index, key) + profile(key) * voiced[index].seconds());
    let segments = merge(&voiced, &path);
    let main = longest(&segments).or(Some(candidates[0].0));
    if let Some(place) = candidates.iter().position(|candidate| Some(candidate.0) == main) {
        candidates[..=place].rotate_right(1);
    }
    let lead = candidates[0].1 - candidates[1].1;
    let confidence = (1.0 - (-STEEPNESS * lead.max(0.0)).exp()) * (total / 8.0).min(1.0);
    Keys { main, candidates, segments, confidence }
}

/// Returns the key of each chord on the best path: worth of the keys less the cost of changes.
fn best_path(count: usize, keys: &[Key], worth: impl Fn(usize, Key) -> f64) -> Vec<Key> {
    let mut scores = vec![0.0; keys.len()];
    let mut origins = Vec::with_capacity(count);
    let top = |scores: &[f64]| {
        (0..scores.len()).fold(0, |best, index| if scores[index] > scores[best] { index } else { best })
    };
    for index in 0..count {
        let best = top(&scores);
        let enter = if index == 0 { f64::NEG_INFINITY } else { scores[best] - CHANGE_S };
        let origin: Vec<usize> = (0..keys.len()).map(|key| if scores[key] >= enter { key } else { best }).collect();
        scores = (0..keys.len()).map(|key| scores[key].max(enter) + worth(index, keys[key])).collect();
        origins.push(origin);
    }
    let mut key = top(&scores);
    let mut path = Vec::with_capacity(count);
    for origin in origins.iter().rev() {
        path.push(keys[key]);
        key = origin[key];
    }
    path.reverse();
    path
}

/// Returns the spans of equal keys; they meet where the later key begins.
fn merge(chords: &[&ChordSegment], path: &[Key]) -> Vec<KeySegment> {
    let mut segments: Vec<KeySegment> = Vec::new();
    for (chord, &key) in chords.iter().zip(path) {
        match segments.last_mut() {
            Some(last) if last.key == key => last.end_s = chord.end_s,
            last => {
                if let Some(last) = last {
                    last.end_s = chord.start_s;
                }
                segments.push(KeySegment { start_s: chord.start_s, end_s: chord.end_s, key });
            }
        }
    }
    segments
}

/// Returns the key with the longest time in all its spans together.
fn longest(segments: &[KeySegment]) -> Option<Key> {
    let time = |key: Key| -> f64 {
        segments.iter().filter(|segment| segment.key == key).map(|segment| segment.end_s - segment.start_s).sum()
    };
    segments.iter().map(|segment| segment.key).max_by(|&a, &b| time(a).total_cmp(&time(b)).then(b.cmp(&a)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chords::{Chord, Quality};
    use crate::key::Mode;

    fn chords(roots: &[(usize, Quality)]) -> Vec<ChordSegment> {
        let segment = |(index, &(root, quality)): (usize, &(usize, Quality))| ChordSegment {
            start_s: 2.0 * index as f64,
            end_s: 2.0 * (index + 1) as f64,
            chord: Some(Chord::new(root, quality)),
            confidence: 1.0,
        };
        roots.iter().enumerate().map(segment).collect()
    }

    const MAJOR: [(usize, Quality); 4] =
        [(0, Quality::Major), (9, Quality::Minor), (5, Quality::Major), (7, Quality::Dominant)];

    fn moved(semitones: usize) -> Vec<(usize, Quality)> {
        MAJOR.iter().map(|&(root, quality)| ((root + semitones) % 12, quality)).collect()
    }

    #[test]
    fn cadences_give_their_key_in_every_transposition() {
        for tonic in 0..12 {
            let mut roots = moved(tonic).repeat(3);
            roots.push((tonic, Quality::Major));
            let keys = estimate(&chords(&roots), &[1.0; 12]);
            assert_eq!(keys.main, Some(Key::new(tonic, Mode::Major)));
            assert_eq!((keys.candidates.len(), keys.segments.len()), (24, 1));
            assert!(keys.confidence > 0.7, "{}", keys.confidence);
        }
    }

    #[test]
    fn minor_and_dorian_songs_are_minor() {
        let natural = [(9, Quality::Minor), (5, Quality::Major), (0, Quality::Major), (7, Quality::Major)].repeat(3);
        assert_eq!(estimate(&chords(&natural), &[1.0; 12]).main, Some(Key::new(9, Mode::Minor)));
        let dorian = [(2, Quality::Minor7), (7, Quality::Major), (2, Quality::Minor7), (7, Quality::Major)].repeat(3);
        assert_eq!(estimate(&chords(&dorian), &[1.0; 12]).main, Some(Key::new(2, Mode::Minor)));
    }

    #[test]
    fn a_change_of_key_is_a_new_segment_at_its_first_chord() {
        let mut roots = moved(0).repeat(5);
        roots.extend(moved(2).repeat(3));
        let keys = estimate(&chords(&roots), &[1.0; 12]);
        assert_eq!(keys.main, Some(Key::new(0, Mode::Major)));
        assert_eq!(keys.segments.len(), 2);
        assert_eq!(keys.segments[1].key, Key::new(2, Mode::Major));
        assert!((keys.segments[1].start_s - 40.0).abs() < 2.1, "{:?}", keys.segments);
        assert_eq!((keys.segments[0].end_s, keys.segments[1].end_s), (keys.segments[1].start_s, 64.0));
    }

    #[test]
    fn no_chords_have_no_key() {
        let none = ChordSegment { start_s: 0.0, end_s: 9.0, chord: None, confidence: 1.0 };
        assert_eq!(estimate(&[none], &[0.0; 12]), Keys::default());
        assert_eq!(estimate(&[], &[0.0; 12]), Keys::default());
    }
}
