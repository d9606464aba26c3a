//! Kinds of chords.

/// Kind of a chord: its notes above the root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Quality {
    /// Major triad.
    Major,
    /// Minor triad.
    Minor,
    /// Dominant seventh.
    Dominant,
    /// Major seventh.
    Major7,
    /// Minor seventh.
    Minor7,
    /// Diminished triad.
    Diminished,
    /// Augmented triad.
    Augmented,
    /// Second in place of the third.
    Sus2,
    /// Fourth in place of the third.
    Sus4,
    /// Half-diminished seventh.
    HalfDiminished,
}

/// Third of a chord, and fifth where it is not perfect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Third {
    /// Major third.
    Major,
    /// Minor third.
    Minor,
    /// Minor third under a diminished fifth.
    Diminished,
    /// Major third under an augmented fifth.
    Augmented,
    /// No third.
    Open,
}

impl Quality {
    /// All kinds.
    pub const ALL: [Self; 10] = [
        Self::Major,
        Self::Minor,
        Self::Dominant,
        Self::Major7,
        Self::Minor7,
        Self::Diminished,
        Self::Augmented,
        Self::Sus2,
        Self::Sus4,
        Self::HalfDiminished,
    ];

    /// Returns the notes of the chord in semitones above its root, from 0 to 11.
    #[must_use]
    pub fn intervals(self) -> &'static [usize] {
        match self {
            Self::Major => &[0, 4, 7],
            Self::Minor => &[0, 3, 7],
            Self::Dominant => &[0, 4, 7, 10],
            Self::Major7 => &[0, 4, 7, 11],
            Self::Minor7 => &[0, 3, 7, 10],
            Self::Diminished => &[0, 3, 6],
            Self::Augmented => &[0, 4, 8],
            Self::Sus2 => &[0, 2, 7],
            Self::Sus4 => &[0, 5, 7],
            Self::HalfDiminished => &[0, 3, 6, 10],
        }
    }

    /// Returns the shorthand of Harte, "Symbolic representation of musical chords" (2005).
    #[must_use]
    pub fn shorthand(self) -> &'static str {
        match self {
            Self::Major => "maj",
            Self::Minor => "min",
            Self::Dominant => "7",
            Self::Major7 => "maj7",
            Self::Minor7 => "min7",
            Self::Diminished => "dim",
            Self::Augmented => "aug",
            Self::Sus2 => "sus2",
            Self::Sus4 => "sus4",
            Self::HalfDiminished => "hdim7",
        }
    }

    /// Returns the third of the chord.
    #[must_use]
    pub fn third(self) -> Third {
        match self {
            Self::Major | Self::Dominant | Self::Major7 => Third::Major,
            Self::Minor | Self::Minor7 => Third::Minor,
            Self::Diminished | Self::HalfDiminished => Third::Diminished,
            Self::Augmented => Third::Augmented,
            Self::Sus2 | Self::Sus4 => Third::Open,
        }
    }

    /// Returns the place of the kind in [`Self::ALL`].
    #[must_use]
    pub fn index(self) -> usize {
        self as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_in_order_and_differ() {
        for (index, quality) in Quality::ALL.into_iter().enumerate() {
            assert_eq!(quality.index(), index);
            assert_eq!(quality.intervals()[0], 0);
            assert!(Quality::ALL[..index].iter().all(|other| other.intervals() != quality.intervals()));
            assert!(Quality::ALL[..index].iter().all(|other| other.shorthand() != quality.shorthand()));
        }
    }
}
