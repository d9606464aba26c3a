//! Fit of a chord to a key.

use super::{Key, Mode};
use crate::chords::{Chord, Quality, Third};

/// Fit of major, minor, diminished and augmented chords on the twelve degrees of a major key.
///
/// Chords of the scale fit fully; borrowed ones (Mixolydian, Lydian, minor, secondary dominants)
/// fit in part.
const MAJOR: [[f64; 12]; 4] = [
    [1.0, 0.1, 0.45, 0.3, 0.35, 1.0, 0.0, 1.0, 0.3, 0.4, 0.6, 0.15],
    [0.2, 0.0, 1.0, 0.0, 1.0, 0.4, 0.15, 0.5, 0.0, 1.0, 0.0, 0.15],
    [0.0, 0.1, 0.1, 0.1, 0.4, 0.0, 0.4, 0.0, 0.1, 0.1, 0.0, 1.0],
    [0.4, 0.0, 0.1, 0.1, 0.1, 0.3, 0.0, 0.4, 0.1, 0.0, 0.1, 0.0],
];
/// The same for a minor key: natural, harmonic, Dorian and Phrygian.
const MINOR: [[f64; 12]; 4] = [
    [0.2, 0.5, 0.1, 1.0, 0.0, 0.6, 0.0, 0.8, 1.0, 0.0, 1.0, 0.0],
    [1.0, 0.0, 0.6, 0.1, 0.0, 1.0, 0.0, 0.9, 0.0, 0.1, 0.5, 0.0],
    [0.1, 0.0, 1.0, 0.0, 0.1, 0.1, 0.1, 0.4, 0.0, 0.6, 0.0, 0.7],
    [0.1, 0.0, 0.0, 0.7, 0.0, 0.0, 0.0, 0.3, 0.1, 0.0, 0.1, 0.0],
];

/// Returns how well a chord fits a key, 0 to 1.
pub(crate) fn fit(chord: Chord, key: Key) -> f64 {
    let table = match key.mode() {
        Mode::Major => &MAJOR,
        Mode::Minor => &MINOR,
    };
    let degree = (chord.root() + 12 - key.tonic()) % 12;
    match chord.quality().third() {
        Third::Major => table[0][degree],
        Third::Minor => table[1][degree],
        Third::Diminished => table[2][degree],
        Third::Augmented => table[3][degree],
        Third::Open => table[0][degree].max(table[1][degree]),
    }
}

/// Returns true if `chord` stands on the tonic with the third of the key, or without a third.
///
/// A dominant seventh leads elsewhere.
pub(crate) fn is_tonic(chord: Chord, key: Key) -> bool {
    let third = match key.mode() {
        Mode::Major => Third::Major,
        Mode::Minor => Third::Minor,
    };
    let is_open = [third, Third::Open].contains(&chord.quality().third());
    chord.root() == key.tonic() && is_open && chord.quality() != Quality::Dominant
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chords_of_the_scale_fit_and_others_less() {
        let (c, a) = (Key::new(0, Mode::Major), Key::new(9, Mode::Minor));
        for (root, quality) in [
            (0, Quality::Major7),
            (2, Quality::Minor),
            (7, Quality::Dominant),
            (9, Quality::Minor7),
            (11, Quality::Diminished),
        ] {
            assert_eq!(fit(Chord::new(root, quality), c), 1.0);
            assert!(fit(Chord::new(root, quality), a) >= 0.6);
        }
        assert!(fit(Chord::new(6, Quality::Major), c) < 0.2);
        assert!(is_tonic(Chord::new(9, Quality::Minor7), a) && !is_tonic(Chord::new(9, Quality::Major), a));
    }
}
