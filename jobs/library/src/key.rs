//! Musical keys: names, Camelot codes and relations.

use crate::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// Names of the pitch classes 0 to 11, with sharps.
const NAMES: [&str; 12] = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"];

/// Major or minor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mode {
    /// Major.
    Major,
    /// Minor.
    Minor,
}

/// A key of twelve major and twelve minor ones, in JSON its name: `C# major`.
///
/// Names with flats, `C#m`, `Dbmin` and Camelot codes such as `3B` are read as well.
///
/// ```
/// # use mixdown_library::MusicalKey;
/// let key: MusicalKey = "Db major".parse().unwrap();
/// assert_eq!(key.to_string(), "C# major");
/// assert_eq!("3B".parse::<MusicalKey>().unwrap(), key);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MusicalKey {
    tonic: u8,
    mode: Mode,
}

impl MusicalKey {
    /// Returns the key of a pitch class (C is 0, B is 11; larger ones are taken modulo 12).
    pub fn new(tonic: u8, mode: Mode) -> Self {
        Self { tonic: tonic % 12, mode }
    }

    /// Returns the pitch class of the tonic, 0 to 11.
    pub fn tonic(self) -> u8 {
        self.tonic
    }

    /// Returns the mode.
    pub fn mode(self) -> Mode {
        self.mode
    }

    /// Returns the keys that mix with this one: itself, its relative, a fifth up and a fifth down.
    ///
    /// The parallel key (C major and C minor) shares too few notes and is not among them.
    pub fn related(self) -> [Self; 4] {
        let relative = match self.mode {
            Mode::Major => Self::new(self.tonic + 9, Mode::Minor),
            Mode::Minor => Self::new(self.tonic + 3, Mode::Major),
        };
        [self, relative, Self::new(self.tonic + 7, self.mode), Self::new(self.tonic + 5, self.mode)]
    }

    /// Returns the number of the key, 0 to 23: major keys first.
    pub(crate) fn index(self) -> u8 {
        self.tonic + if self.mode == Mode::Minor { 12 } else { 0 }
    }

    /// Returns the key of a number from [`index`](Self::index).
    pub(crate) fn from_index(index: u8) -> Option<Self> {
        (index < 24).then(|| Self::new(index, if index < 12 { Mode::Major } else { Mode::Minor }))
    }

    /// Returns its Camelot code, 1A to 12B.
    pub fn camelot_code(self) -> String {
        // A major key has the number of its relative minor.
        let (letter, major) = match self.mode {
            Mode::Major => ('B', self.tonic),
            Mode::Minor => ('A', self.tonic + 3),
        };
        // Seven undoes a fifth, modulo 12; C major is 8.
        format!("{}{letter}", (major * 7 + 7) % 12 + 1)
    }

    /// Returns the key of a Camelot code, 1A to 12B: B is major, and a number up is a fifth up.
    fn camelot(text: &str) -> Option<Self> {
        let letter = text.chars().next_back()?.to_ascii_uppercase();
        let number: u8 = text.get(..text.len() - letter.len_utf8())?.parse().ok()?;
        if !(1..=12).contains(&number) {
            return None;
        }
        // 8A is A minor and 8B C major; four more are eight fewer, modulo 12.
        let fifths = (number + 4) % 12 * 7;
        match letter {
            'A' => Some(Self::new(9 + fifths, Mode::Minor)),
            'B' => Some(Self::new(fifths, Mode::Major)),
            _ => None,
        }
    }

    /// Returns the key of a name.
    fn named(text: &str) -> Option<Self> {
        let mut letters = text.chars();
        let tonic: i8 = match letters.next()?.to_ascii_uppercase() {
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
        let mut name = rest.trim_start_matches(['#', '♯']);
        let sharps = rest[..rest.len() - name.len()].chars().count();
        let mut flats = 0;
        if sharps == 0 {
            name = rest.trim_start_matches(['b', '♭']);
            flats = rest[..rest.len() - name.len()].chars().count();
        }
        if sharps > 1 || flats > 1 {
            return None;
        }
        let mode = match name.trim() {
            "m" => Mode::Minor,
            "M" | "" => Mode::Major,
            word => match word.to_lowercase().as_str() {
                "major" | "maj" => Mode::Major,
                "minor" | "min" => Mode::Minor,
                _ => return None,
            },
        };
        Some(Self::new((tonic + sharps as i8 - flats as i8).rem_euclid(12) as u8, mode))
    }
}

impl fmt::Display for MusicalKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mode = if self.mode == Mode::Major { "major" } else { "minor" };
        write!(formatter, "{} {mode}", NAMES[usize::from(self.tonic)])
    }
}

impl FromStr for MusicalKey {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let text = text.trim();
        let is_code = text.starts_with(|letter: char| letter.is_ascii_digit());
        let key = if is_code { Self::camelot(text) } else { Self::named(text) };
        key.ok_or_else(|| Error::invalid("key", format!("{text:?} is not a valid key, such as C# minor, Bbm or 8A")))
    }
}

impl Serialize for MusicalKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for MusicalKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_camelot_code_is_read_as_its_key() {
        for key in (0..24).filter_map(MusicalKey::from_index) {
            assert_eq!(key.camelot_code().parse::<MusicalKey>().unwrap(), key);
        }
        assert_eq!(MusicalKey::new(9, Mode::Minor).camelot_code(), "8A");
    }

    fn key(text: &str) -> MusicalKey {
        text.parse().unwrap()
    }

    #[test]
    fn spellings_of_one_key_are_equal() {
        for text in ["Db major", "C# major", "C♯ Major", "dbmaj", "D♭", "3B", "3b", "C#M"] {
            assert_eq!(key(text), MusicalKey::new(1, Mode::Major), "{text}");
        }
        for text in ["C#m", "Db minor", "c# MIN", "12A", " C#m "] {
            assert_eq!(key(text), MusicalKey::new(1, Mode::Minor), "{text}");
        }
        assert_eq!(key("Bb"), MusicalKey::new(10, Mode::Major));
        assert_eq!(key("B"), MusicalKey::new(11, Mode::Major));
        assert_eq!(key("Cb"), key("B"));
        assert_eq!((key("8A"), key("8B"), key("1B")), (key("Am"), key("C"), key("B")));
    }

    #[test]
    fn wrong_names_are_refused() {
        for text in ["", "H major", "0A", "13B", "3C", "C##", "Cbb", "C dorian", "8", "8é", "é"] {
            assert!(text.parse::<MusicalKey>().is_err(), "{text}");
        }
    }

    #[test]
    fn names_and_numbers_come_back() {
        for index in 0..24 {
            let key = MusicalKey::from_index(index).unwrap();
            assert_eq!((key.index(), key.to_string().parse::<MusicalKey>().unwrap()), (index, key));
        }
        assert_eq!(MusicalKey::from_index(24), None);
    }

    #[test]
    fn relatives_and_fifths_are_related_and_parallels_are_not() {
        let related = key("C").related();
        assert_eq!(related, [key("C"), key("Am"), key("G"), key("F")]);
        assert_eq!(key("Am").related(), [key("Am"), key("C"), key("Em"), key("Dm")]);
        assert!(!related.contains(&key("Cm")));
    }
}
