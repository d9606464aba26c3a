//! Metres: the length of a bar, and how it is divided.

use super::Feel;

/// Ticks in a quarter note: divisible by sixteenths and by triplets.
pub const TICKS_PER_QUARTER: i64 = 24;

/// A metre, as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metre {
    beats: u32,
    beat: Beat,
}

/// The note that one beat of the analysis is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Beat {
    Quarter,
    DottedQuarter,
    Eighth,
}

/// Beats a minute from which six beats a bar are eighths, 6/8: slower ones are quarters, 6/4.
const EIGHTHS_BPM: f64 = 140.0;

impl Metre {
    /// Returns the metre of bars of `beats_per_bar` beats at `bpm` beats a minute. Beats that
    /// divide in three are dotted quarters: two in a bar are 6/8.
    pub fn new(beats_per_bar: u32, bpm: f64, feel: Feel) -> Self {
        let beat = match beats_per_bar {
            6 if bpm >= EIGHTHS_BPM => Beat::Eighth,
            _ if feel == Feel::Triple => Beat::DottedQuarter,
            _ => Beat::Quarter,
        };
        Self { beats: beats_per_bar, beat }
    }

    /// Returns the upper number of the time signature.
    pub const fn numerator(self) -> u32 {
        match self.beat {
            Beat::DottedQuarter => 3 * self.beats,
            _ => self.beats,
        }
    }

    /// Returns the lower number of the time signature.
    pub const fn denominator(self) -> u32 {
        match self.beat {
            Beat::Quarter => 4,
            _ => 8,
        }
    }

    /// Returns the ticks of the note that the lower number names.
    pub const fn unit_ticks(self) -> i64 {
        4 * TICKS_PER_QUARTER / self.denominator() as i64
    }

    /// Returns the ticks of a beat of the analysis.
    pub const fn beat_ticks(self) -> i64 {
        match self.beat {
            Beat::Quarter => TICKS_PER_QUARTER,
            Beat::DottedQuarter => TICKS_PER_QUARTER * 3 / 2,
            Beat::Eighth => TICKS_PER_QUARTER / 2,
        }
    }

    /// Returns the ticks that notes are grouped by: a quarter, or a dotted quarter where eighths
    /// come in threes.
    pub const fn group_ticks(self) -> i64 {
        match self.beat {
            Beat::Quarter => TICKS_PER_QUARTER,
            _ => TICKS_PER_QUARTER * 3 / 2,
        }
    }

    /// Returns the ticks of a bar.
    pub const fn bar_ticks(self) -> i64 {
        self.beats as i64 * self.beat_ticks()
    }

    /// Returns true if groups are of three eighths.
    pub const fn is_compound(self) -> bool {
        !matches!(self.beat, Beat::Quarter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metres_are_written_by_beats_tempo_and_division() {
        let signature = |beats, bpm, feel| {
            let metre = Metre::new(beats, bpm, feel);
            assert_eq!(metre.bar_ticks(), i64::from(metre.numerator()) * metre.unit_ticks());
            assert_eq!(metre.bar_ticks() % metre.group_ticks(), 0);
            (metre.numerator(), metre.denominator())
        };
        for beats in 2..=7 {
            assert_eq!(signature(beats, 100.0, Feel::Straight), (beats, 4));
        }
        assert_eq!(signature(6, 240.0, Feel::Straight), (6, 8));
        assert_eq!(signature(6, 240.0, Feel::Triple), (6, 8));
        assert_eq!(signature(2, 80.0, Feel::Triple), (6, 8));
        assert_eq!(signature(4, 80.0, Feel::Triple), (12, 8));
        assert_eq!(signature(4, 80.0, Feel::Swing { ratio: 0.6 }), (4, 4));
    }
}
