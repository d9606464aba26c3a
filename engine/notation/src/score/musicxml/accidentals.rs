//! Accidentals that are in force within a bar.

use crate::score::Spelling;
use std::collections::BTreeMap;

/// The accidentals of one voice in one bar, over those of the key.
pub(super) struct Accidentals {
    fifths: i8,
    written: BTreeMap<(char, i8), i8>,
}

impl Accidentals {
    /// Starts a bar in a key.
    pub(super) fn new(fifths: i8) -> Self {
        Self { fifths, written: BTreeMap::new() }
    }

    /// Returns the accidental that must stand before a note, if one must.
    pub(super) fn before(&mut self, pitch: Spelling) -> Option<&'static str> {
        let place = (pitch.step, pitch.octave);
        let in_force = self.written.get(&place).copied().unwrap_or_else(|| pitch.alter_of_key(self.fifths));
        if in_force == pitch.alter {
            return None;
        }
        self.written.insert(place, pitch.alter);
        Some(match pitch.alter {
            ..=-2 => "flat-flat",
            -1 => "flat",
            0 => "natural",
            1 => "sharp",
            2.. => "double-sharp",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::spell;

    #[test]
    fn an_accidental_stands_once_in_a_bar() {
        let mut bar = Accidentals::new(1);
        assert_eq!(bar.before(spell(66, 1)), None);
        assert_eq!(bar.before(spell(65, 1)), Some("natural"));
        assert_eq!(bar.before(spell(65, 1)), None);
        assert_eq!(bar.before(spell(66, 1)), Some("sharp"));
        assert_eq!(bar.before(spell(77, 1)), Some("natural"));
    }
}
