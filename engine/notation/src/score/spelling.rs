//! Names of pitches: letters and accidentals along the line of fifths.

/// A written pitch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spelling {
    /// Letter, `A` to `G`.
    pub step: char,
    /// Sharps, or flats as a negative number.
    pub alter: i8,
    /// Octave; 4 begins with middle C.
    pub octave: i8,
}

/// Letters along the line of fifths, C being place 0.
const LETTERS: [char; 7] = ['F', 'C', 'G', 'D', 'A', 'E', 'B'];

/// Places below the signature's fifths at which the line is cut: in C, from E flat to G sharp.
const BELOW: i32 = 3;

/// Spells a MIDI pitch in a key of `fifths` sharps: of all names the one nearest to the key on the
/// line of fifths (H. C. Longuet-Higgins, "Perception of melodies", Nature 263, 1976).
pub fn spell(pitch_midi: u8, fifths: i8) -> Spelling {
    let lowest = i32::from(fifths) - BELOW;
    let place = lowest + (7 * i32::from(pitch_midi) - lowest).rem_euclid(12);
    let alter = (place + 1).div_euclid(7);
    let octave = (i32::from(pitch_midi) - alter).div_euclid(12) - 1;
    Spelling { step: LETTERS[(place + 1).rem_euclid(7) as usize], alter: alter as i8, octave: octave as i8 }
}

impl Spelling {
    /// Returns the MIDI pitch that it names.
    pub fn pitch_midi(self) -> i32 {
        let natural = match self.step {
            'C' => 0,
            'D' => 2,
            'E' => 4,
            'F' => 5,
            'G' => 7,
            'A' => 9,
            _ => 11,
        };
        12 * (i32::from(self.octave) + 1) + natural + i32::from(self.alter)
    }

    /// Returns the accidental that a key of `fifths` sharps gives to its letter.
    pub fn alter_of_key(self, fifths: i8) -> i8 {
        let place = LETTERS.iter().position(|letter| *letter == self.step).unwrap_or(0) as i32 - 1;
        let lowest = i32::from(fifths) - 1;
        ((lowest + (place - lowest).rem_euclid(7) + 1).div_euclid(7)) as i8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pitch_is_spelt_as_itself_in_every_key() {
        for fifths in -6..=6 {
            for pitch in 0..=127 {
                let name = spell(pitch, fifths);
                assert_eq!(name.pitch_midi(), i32::from(pitch), "{name:?}");
                assert!(name.alter.abs() <= 2);
            }
        }
    }

    #[test]
    fn names_follow_the_key() {
        let name = |pitch, fifths| {
            let name = spell(pitch, fifths);
            (name.step, name.alter, name.octave)
        };
        assert_eq!(name(60, 0), ('C', 0, 4));
        assert_eq!(name(61, 0), ('C', 1, 4));
        assert_eq!(name(61, -4), ('D', -1, 4));
        assert_eq!(name(63, 0), ('E', -1, 4));
        assert_eq!(name(68, 0), ('G', 1, 4));
        assert_eq!(name(70, 2), ('A', 1, 4));
        assert_eq!(name(70, -1), ('B', -1, 4));
        assert_eq!(name(71, -6), ('C', -1, 5));
        assert_eq!(name(60, 6), ('B', 1, 3));
    }

    #[test]
    fn keys_alter_their_letters() {
        let alters = |fifths| -> Vec<i8> {
            "CDEFGAB".chars().map(|step| Spelling { step, alter: 0, octave: 4 }.alter_of_key(fifths)).collect()
        };
        assert_eq!(alters(0), [0; 7]);
        assert_eq!(alters(2), [1, 0, 0, 1, 0, 0, 0]);
        assert_eq!(alters(-3), [0, 0, -1, 0, 0, -1, -1]);
        assert_eq!(alters(6), [1, 1, 1, 1, 1, 1, 0]);
    }
}
