//! Clefs by range.

use super::PartKind;

/// A clef.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clef {
    /// Treble clef.
    Treble,
    /// Treble clef that sounds an octave lower, as for tenors.
    TrebleDown,
    /// Bass clef.
    Bass,
    /// Bass clef of an instrument that sounds an octave lower than it is written.
    BassDown,
    /// The clef of a staff without pitch.
    Percussion,
}

impl Clef {
    /// Returns the semitones from a sounding pitch to the written one.
    pub(super) const fn written_above(self) -> u8 {
        match self {
            Self::BassDown => 12,
            _ => 0,
        }
    }
}

/// Middle C, between the two staves of a piano.
pub(super) const MIDDLE_C: u8 = 60;
/// Pitches that lie well within the lower, and within the upper staff.
const LOW: u8 = 52;
const HIGH: u8 = 67;

/// Returns the clefs of a part's staves, of which there are one or two.
pub(super) fn clefs(kind: PartKind, pitches: &[u8]) -> Vec<Clef> {
    let mut sorted = pitches.to_vec();
    sorted.sort_unstable();
    let median = sorted.get(sorted.len() / 2).copied().unwrap_or(MIDDLE_C);
    let tenth = |count: usize| 10 * count >= pitches.len() && !pitches.is_empty();
    let is_wide = tenth(pitches.iter().filter(|pitch| **pitch <= LOW).count())
        && tenth(pitches.iter().filter(|pitch| **pitch >= HIGH).count());
    match kind {
        PartKind::Drums => vec![Clef::Percussion],
        PartKind::Bass => vec![Clef::BassDown],
        PartKind::Vocals if median < MIDDLE_C => vec![Clef::TrebleDown],
        PartKind::Other if is_wide => vec![Clef::Treble, Clef::Bass],
        PartKind::Other if median < MIDDLE_C => vec![Clef::Bass],
        PartKind::Vocals | PartKind::Other => vec![Clef::Treble],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clefs_follow_the_range() {
        assert_eq!(clefs(PartKind::Other, &[60, 67, 72]), [Clef::Treble]);
        assert_eq!(clefs(PartKind::Other, &[40, 45, 50]), [Clef::Bass]);
        assert_eq!(clefs(PartKind::Other, &[40, 45, 70, 72]), [Clef::Treble, Clef::Bass]);
        assert_eq!(clefs(PartKind::Other, &[]), [Clef::Treble]);
        assert_eq!(clefs(PartKind::Vocals, &[50, 52]), [Clef::TrebleDown]);
        assert_eq!(clefs(PartKind::Bass, &[30]), [Clef::BassDown]);
    }
}
