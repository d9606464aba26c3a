//! Names of keys.

use std::fmt;

/// Names of pitch classes, with sharps.
pub(crate) const CLASS_NAMES: [&str; 12] = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"];

/// Mode of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mode {
    /// Major, and the modes with a major third.
    Major,
    /// Minor, and the modes with a minor third.
    Minor,
}

/// Key of a piece of music. Keys that sound alike are equal: D flat major is C sharp major.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    tonic: u8,
    mode: Mode,
}

impl Key {
    /// Creates a key on a pitch class, C being 0; classes from 12 on wrap.
    #[must_use]
    pub fn new(tonic: usize, mode: Mode) -> Self {
        Self { tonic: (tonic % 12) as u8, mode }
    }

    /// Returns the pitch class of the tonic, 0 for C to 11 for B.
    #[must_use]
    pub fn tonic(self) -> usize {
        self.tonic.into()
    }

    /// Returns the mode.
    #[must_use]
    pub fn mode(self) -> Mode {
        self.mode
    }

    /// Returns all 24 keys, the major ones first.
    pub fn all() -> impl Iterator<Item = Self> {
        [Mode::Major, Mode::Minor].into_iter().flat_map(|mode| (0..12).map(move |tonic| Self::new(tonic, mode)))
    }
}

impl fmt::Display for Key {
    /// Writes the canonical name, with sharps: `C# major`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mode = match self.mode {
            Mode::Major => "major",
            Mode::Minor => "minor",
        };
        write!(formatter, "{} {mode}", CLASS_NAMES[self.tonic()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_wrap_at_the_octave_and_are_written_with_sharps() {
        assert_eq!(Key::new(13, Mode::Major), Key::new(1, Mode::Major));
        assert_eq!(Key::new(1, Mode::Major).to_string(), "C# major");
        assert_eq!(Key::new(22, Mode::Minor).to_string(), "A# minor");
        assert_eq!(Key::all().map(|key| key.to_string()).collect::<std::collections::BTreeSet<_>>().len(), 24);
    }
}
