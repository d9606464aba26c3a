//! Evidence for chords in pitch classes.

use super::weights::WEIGHTS;
use super::{Chord, Quality};
use crate::chroma::{CLASS_COUNT, PitchClasses};

/// States of the sequence: every kind of chord on every root, then no chord.
pub(crate) const STATE_COUNT: usize = Quality::ALL.len() * CLASS_COUNT + 1;
/// State without a chord.
pub(crate) const NO_CHORD: usize = STATE_COUNT - 1;

/// Evidence for no chord in silence, the loss of it at full level, and the part of the largest
/// class.
const NO_CHORD_WEIGHTS: [f32; 3] = [18.74, 6.22, -5.58];
/// Loudness from which a level is full.
const FULL_LEVEL: f32 = 0.05;

/// Returns the chord of a state, `None` for no chord.
pub(crate) fn chord_of(state: usize) -> Option<Chord> {
    let quality = Quality::ALL.get(state / CLASS_COUNT)?;
    Some(Chord::new(state % CLASS_COUNT, *quality))
}

/// Returns the evidence for each state; larger is likelier, and only differences count.
///
/// `loudness` is that of the pitched stems, 0 to 1; silence is evidence against all chords.
pub(crate) fn evidence(treble: &PitchClasses, bass: &PitchClasses, loudness: f32) -> [f32; STATE_COUNT] {
    let treble = unit(treble);
    let bass = share(bass);
    let mut scores = [0.0; STATE_COUNT];
    for (weights, scores) in WEIGHTS.iter().zip(scores.chunks_exact_mut(CLASS_COUNT)) {
        for (root, score) in scores.iter_mut().enumerate() {
            *score = weights.bias;
            for interval in 0..CLASS_COUNT {
                let class = (root + interval) % CLASS_COUNT;
                *score += weights.treble[interval] * treble[class] + weights.bass[interval] * bass[class];
            }
        }
    }
    let [silence, full, single] = NO_CHORD_WEIGHTS;
    let level = (loudness / FULL_LEVEL).clamp(0.0, 1.0);
    scores[NO_CHORD] = silence - full * level + single * treble.iter().copied().fold(0.0, f32::max);
    scores
}

/// Returns the square roots of `classes`, with a length of 1; zeros stay.
fn unit(classes: &PitchClasses) -> PitchClasses {
    let length = classes.iter().map(|class| class.max(0.0)).sum::<f32>().sqrt();
    classes.map(|class| if length > 0.0 { class.max(0.0).sqrt() / length } else { 0.0 })
}

/// Returns `classes` with a sum of 1; zeros stay.
fn share(classes: &PitchClasses) -> PitchClasses {
    let sum: f32 = classes.iter().sum();
    classes.map(|class| if sum > 0.0 { class / sum } else { 0.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_chords_and_none() {
        assert_eq!(chord_of(NO_CHORD), None);
        assert_eq!(chord_of(12 * 4 + 9), Some(Chord::new(9, Quality::Minor7)));
    }

    #[test]
    fn pure_chords_are_their_own_best_explanation() {
        for state in 0..NO_CHORD {
            let chord = chord_of(state).unwrap();
            let (mut treble, mut bass) = ([0.0; 12], [0.0; 12]);
            chord.quality().intervals().iter().for_each(|interval| treble[(chord.root() + interval) % 12] = 1.0);
            bass[chord.root()] = 1.0;
            let scores = evidence(&treble, &bass, 1.0);
            let best = (0..STATE_COUNT).max_by(|&a, &b| scores[a].total_cmp(&scores[b])).unwrap();
            assert_eq!(chord_of(best), Some(chord));
        }
    }

    #[test]
    fn silence_and_all_notes_at_once_are_no_chord() {
        for (treble, loudness) in [([0.0; 12], 0.0), ([1.0; 12], 1.0)] {
            let scores = evidence(&treble, &treble, loudness);
            assert!(scores[..NO_CHORD].iter().all(|&score| score < scores[NO_CHORD]));
        }
    }
}
