//! Names of keys.

use std::fmt;
use std::str::FromStr;

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
///
/// ```
/// use mixdown_music::key::Key;
/// let key: Key = "Db major".parse()?;
/// assert_eq!((key.to_string(), key.camelot()), ("C# major".into(), "3B".into()));
/// # Ok::<(), mixdown_music::key::KeyNameError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    tonic: u8,
    mode: Mode,
}

/// Text that does not name a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyNameError(String);

impl fmt::Display for KeyNameError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`{}` is not a valid key: use a name such as `C# major`, `Am` or `3B`", self.0)
    }
}

impl std::error::Error for KeyNameError {}

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

    /// Returns the name on the Camelot wheel, `1A` to `12B`.
    #[must_use]
    pub fn camelot(self) -> String {
        let (major, letter) = match self.mode {
            Mode::Major => (self.tonic(), 'B'),
            Mode::Minor => (self.tonic() + 3, 'A'),
        };
        format!("{}{letter}", (7 * major + 7) % 12 + 1)
    }

    fn from_camelot(text: &str) -> Option<Self> {
        let letter = text.chars().last()?.to_ascii_uppercase();
        let number: usize = text[..text.len() - letter.len_utf8()].parse().ok()?;
        let is_number = (1..=12).contains(&number);
        // Seven is its own inverse modulo twelve.
        let major = (7 * (number + 24 - 8)) % 12;
        match letter {
            'B' if is_number => Some(Self::new(major, Mode::Major)),
            'A' if is_number => Some(Self::new(major + 9, Mode::Minor)),
            _ => None,
        }
    }

    fn from_name(text: &str) -> Option<Self> {
        let mut letters = text.chars();
        let natural = match letters.next()?.to_ascii_uppercase() {
            'C' => 0,
            'D' => 2,
            'E' => 4,
            'F' => 5,
            'G' => 7,
            'A' => 9,
            'B' => 11,
            _ => return None,
        };
        let rest = letters.as_str();
        let mode = rest.trim_start_matches(['#', 'b', '♯', '♭']);
        let accidentals = &rest[..rest.len() - mode.len()];
        let tonic = accidentals
            .chars()
            .fold(natural + 24, |class, sign| if "#♯".contains(sign) { class + 1 } else { class - 1 });
        if accidentals.chars().count() > 2 {
            return None;
        }
        let mode = mode.trim_start_matches([' ', '-', '_', ':']);
        if mode == "M" {
            return Some(Self::new(tonic, Mode::Major));
        }
        match mode.to_ascii_lowercase().as_str() {
            "" | "maj" | "major" | "dur" => Some(Self::new(tonic, Mode::Major)),
            "m" | "min" | "minor" | "moll" => Some(Self::new(tonic, Mode::Minor)),
            _ => None,
        }
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

impl FromStr for Key {
    type Err = KeyNameError;

    /// Parses `C# major`, `Db maj`, `C#m`, `A:min`, `B♭ minor` and names on the Camelot wheel:
    /// `3B`.
    fn from_str(text: &str) -> Result<Self, KeyNameError> {
        let trimmed = text.trim();
        Self::from_camelot(trimmed).or_else(|| Self::from_name(trimmed)).ok_or_else(|| KeyNameError(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_reads_its_own_names() {
        for key in Key::all() {
            assert_eq!(key.to_string().parse(), Ok(key));
            assert_eq!(key.camelot().parse(), Ok(key), "{}", key.camelot());
        }
        assert_eq!(Key::all().map(Key::camelot).collect::<std::collections::BTreeSet<_>>().len(), 24);
    }

    #[test]
    fn spellings_of_one_key_are_equal() {
        for (text, name, camelot) in [
            ("Db major", "C# major", "3B"),
            ("C#m", "C# minor", "12A"),
            ("Am", "A minor", "8A"),
            ("a MINOR", "A minor", "8A"),
            ("CM", "C major", "8B"),
            ("Cb", "B major", "1B"),
            ("B♭:min", "A# minor", "3A"),
            (" ebmin ", "D# minor", "2A"),
            ("F##", "G major", "9B"),
            ("3b", "C# major", "3B"),
            ("12A", "C# minor", "12A"),
        ] {
            let key: Key = text.parse().unwrap();
            assert_eq!((key.to_string().as_str(), key.camelot().as_str()), (name, camelot), "{text}");
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            " ",
            "H major",
            "13A",
            "0B",
            "C# dorian",
            "C###",
            "major",
            "#",
            "A♭♭♭",
            "é",
            "3é",
            "99999999999999999999A",
        ] {
            assert!(text.parse::<Key>().is_err(), "{text}");
        }
        assert_eq!(
            "x".parse::<Key>().unwrap_err().to_string(),
            "`x` is not a valid key: use a name such as `C# major`, `Am` or `3B`"
        );
    }
}
