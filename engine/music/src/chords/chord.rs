//! Chords and spans of them.

use super::Quality;
use crate::key::CLASS_NAMES;
use std::fmt;

/// Degrees of the notes above a root, as Harte writes them.
const DEGREES: [&str; 12] = ["1", "b2", "2", "b3", "3", "4", "b5", "5", "#5", "6", "b7", "7"];

/// Chord on a root, with one of its notes in the bass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Chord {
    root: u8,
    quality: Quality,
    bass: u8,
}

impl Chord {
    /// Creates a chord with its root in the bass; pitch classes from 12 on wrap.
    #[must_use]
    pub fn new(root: usize, quality: Quality) -> Self {
        Self { root: (root % 12) as u8, quality, bass: 0 }
    }

    /// Returns the same chord over another bass, in semitones above the root.
    #[must_use]
    pub fn with_bass(self, interval: usize) -> Self {
        Self { bass: (interval % 12) as u8, ..self }
    }

    /// Returns the pitch class of the root, 0 for C.
    #[must_use]
    pub fn root(self) -> usize {
        self.root.into()
    }

    /// Returns the kind of chord.
    #[must_use]
    pub fn quality(self) -> Quality {
        self.quality
    }

    /// Returns the bass in semitones above the root, 0 to 11.
    #[must_use]
    pub fn bass(self) -> usize {
        self.bass.into()
    }
}

impl fmt::Display for Chord {
    /// Writes the label after Harte: `C#:maj`, `A:min7`, `C:maj/3`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", CLASS_NAMES[self.root()], self.quality.shorthand())?;
        if self.bass == 0 { Ok(()) } else { write!(formatter, "/{}", DEGREES[self.bass()]) }
    }
}

/// Span of time with one chord, or none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChordSegment {
    /// Start, in seconds.
    pub start_s: f64,
    /// End, in seconds.
    pub end_s: f64,
    /// Chord, or `None` where none is played.
    pub chord: Option<Chord>,
    /// Confidence in the chord, 0 to 1.
    pub confidence: f64,
}

impl ChordSegment {
    /// Returns the label after Harte, `N` without a chord.
    #[must_use]
    pub fn label(&self) -> String {
        self.chord.map_or_else(|| "N".to_owned(), |chord| chord.to_string())
    }

    /// Returns the length, in seconds.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        self.end_s - self.start_s
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_follow_harte() {
        let label = |chord: Option<Chord>| ChordSegment { start_s: 1.0, end_s: 2.5, chord, confidence: 1.0 }.label();
        assert_eq!(label(None), "N");
        assert_eq!(label(Some(Chord::new(13, Quality::Major))), "C#:maj");
        assert_eq!(label(Some(Chord::new(9, Quality::Minor7).with_bass(3))), "A:min7/b3");
        assert_eq!(label(Some(Chord::new(0, Quality::Major).with_bass(16))), "C:maj/3");
    }
}
