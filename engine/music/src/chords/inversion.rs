//! Note of a chord that is in the bass.

use super::Chord;
use crate::chroma::{CLASS_COUNT, PitchClasses};

/// Strength of another note of the chord, relative to the root, from which it is the bass.
const LEAD: f32 = 1.6;

/// Returns the note of `chord` in the bass, in semitones above its root.
pub(crate) fn bass_of(chord: Chord, bass: &PitchClasses) -> usize {
    let strength = |interval: usize| bass[(chord.root() + interval) % CLASS_COUNT];
    let notes = chord.quality().intervals();
    let best = notes.iter().copied().fold(0, |best, note| if strength(note) > strength(best) { note } else { best });
    if strength(best) > LEAD * strength(0) { best } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chords::Quality;

    #[test]
    fn a_clear_bass_inverts_and_others_do_not() {
        let chord = Chord::new(2, Quality::Major);
        let mut bass = [0.0; 12];
        assert_eq!(bass_of(chord, &bass), 0);
        (bass[2], bass[6]) = (1.0, 1.2);
        assert_eq!(bass_of(chord, &bass), 0);
        bass[6] = 2.0;
        assert_eq!(bass_of(chord, &bass), 4);
        bass[3] = 9.0;
        assert_eq!(bass_of(chord, &bass), 4);
    }
}
