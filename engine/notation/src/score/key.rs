//! Key signatures with the fewest accidentals.

use super::QuantisedNote;

/// Mode of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Major.
    Major,
    /// Minor.
    Minor,
}

/// A key signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeySignature {
    /// Sharps, or flats as a negative number; −6 to 6.
    pub fifths: i8,
    /// Mode, where it is known.
    pub mode: Option<Mode>,
}

impl KeySignature {
    /// Reads a name such as `C# major` or `Eb minor`. Of keys that sound alike the one with fewer
    /// accidentals is returned: D flat major for C sharp major.
    pub fn parse(name: &str) -> Option<Self> {
        let (tonic, mode) = name.split_once(' ')?;
        let mode = match mode {
            "major" => Mode::Major,
            "minor" => Mode::Minor,
            _ => return None,
        };
        let mut letters = tonic.chars();
        let natural = "FCGDAEB".find(letters.next()?)? as i8 - 1;
        let sharps = letters.try_fold(0, |sharps: i8, letter| match letter {
            '#' | '♯' => sharps.checked_add(1),
            'b' | '♭' => sharps.checked_sub(1),
            _ => None,
        })?;
        let raised = i32::from(natural) + 7 * i32::from(sharps) - if mode == Mode::Minor { 3 } else { 0 };
        let mut fifths = raised.rem_euclid(12);
        // Six sharps are six flats: F sharp major and E flat minor are the usual names.
        if fifths > 6 || fifths == 6 && mode == Mode::Minor {
            fifths -= 12;
        }
        Some(Self { fifths: fifths as i8, mode: Some(mode) })
    }

    /// Returns the signature that leaves the fewest accidentals to write before notes; of equal
    /// ones that with the fewest of its own.
    pub fn of_notes(notes: &[QuantisedNote]) -> Self {
        let accidentals = |fifths: i8| notes.iter().filter(|note| !has(fifths, note.pitch_midi)).count();
        let fifths = (-6..=6).min_by_key(|fifths: &i8| (accidentals(*fifths), fifths.abs(), *fifths < 0)).unwrap_or(0);
        Self { fifths, mode: None }
    }
}

/// Returns true if a pitch needs no accidental in a key.
fn has(fifths: i8, pitch_midi: u8) -> bool {
    let place = (7 * i32::from(pitch_midi) - (i32::from(fifths) - 1)).rem_euclid(12);
    place < 7
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_the_fewest_accidentals() {
        for (name, fifths) in [
            ("C major", 0),
            ("A minor", 0),
            ("C# major", -5),
            ("Db major", -5),
            ("D# minor", -6),
            ("F# major", 6),
            ("Gb major", 6),
            ("G# major", -4),
            ("A# minor", -5),
            ("G# minor", 5),
            ("B major", 5),
            ("F minor", -4),
        ] {
            assert_eq!(KeySignature::parse(name).map(|key| key.fifths), Some(fifths), "{name}");
        }
        for name in ["", "C", "H major", "C dorian", "Cx major", "C#"] {
            assert_eq!(KeySignature::parse(name), None, "{name}");
        }
    }

    #[test]
    fn without_a_key_the_notes_decide() {
        let notes = |pitches: &[u8]| -> Vec<QuantisedNote> {
            pitches.iter().map(|&pitch_midi| QuantisedNote { start: 0, end: 6, pitch_midi, velocity: 64 }).collect()
        };
        assert_eq!(KeySignature::of_notes(&notes(&[60, 62, 64, 65, 67, 69, 71])).fifths, 0);
        assert_eq!(KeySignature::of_notes(&notes(&[62, 64, 66, 67, 69, 71, 73])).fifths, 2);
        assert_eq!(KeySignature::of_notes(&notes(&[63, 65, 67, 68, 70, 72, 74])).fifths, -3);
        assert_eq!(KeySignature::of_notes(&[]).fifths, 0);
    }
}
