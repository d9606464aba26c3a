//! Position of a moved stem: a whole frame at which it begins, and a retiming for the rest.

use super::result::Move;
use crate::resample::{Retiming, TimeMap};

/// Position of a moved stem.
#[derive(Clone, Debug, PartialEq)]
pub struct ClipShift {
    /// Frame at which it begins.
    pub start: u64,
    /// Retiming from there on.
    pub retiming: Retiming,
}

impl Move {
    /// No change.
    pub const NONE: Self = Self { time_map: TimeMap::NONE, polarity: 1 };

    /// Returns the frames by which everything must begin later, so that a stem that sounds from
    /// frame `first_sound` on loses no sound.
    pub fn room(&self, first_sound: Option<u64>) -> u64 {
        let Some(first) = first_sound.filter(|_| *self != Self::NONE) else { return 0 };
        // The position of the first sound after the move.
        let lies = self.time_map.output(first as f64);
        (-lies).ceil().max(0.0) as u64
    }

    /// Returns the position of a stem that begins at frame `start`, when everything begins `room`
    /// frames later. `None` if it stays as it is.
    pub fn place(&self, start: u64, room: u64) -> Option<ClipShift> {
        if *self == Self::NONE {
            return (room > 0).then_some(ClipShift { start: start + room, retiming: Retiming::NONE });
        }
        // Frame t holds what the stem had at the input position of frame t − room.
        let begins = room as f64 + self.time_map.output(start as f64);
        let first = begins.floor().max(0.0);
        let time_map = self.time_map.from_frame(first - room as f64, start as f64);
        Some(ClipShift { start: first as u64, retiming: Retiming { time_map, polarity: self.polarity } })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_early_stem_waits_and_its_fraction_is_read_between_samples() {
        let by = Move { time_map: TimeMap::shift(-100.25), polarity: 1 };
        assert_eq!(by.room(Some(0)), 0);
        let moved = by.place(50, 0).unwrap();
        // 150.25 is its new beginning: session frame 150 is a quarter of a frame before that.
        assert_eq!((moved.start, moved.retiming.time_map.start), (150, -0.25));
    }

    #[test]
    fn a_late_stem_loses_silence_but_no_sound() {
        let by = Move { time_map: TimeMap::shift(1_000.0), polarity: 1 };
        assert_eq!(by.room(Some(10_000)), 0);
        assert_eq!(by.place(0, 0).unwrap().retiming.time_map.start, 1_000.0);
        assert_eq!(by.room(Some(0)), 1_000);
        assert_eq!(by.place(0, 1_000), Some(ClipShift { start: 0, retiming: Retiming::NONE }));
        assert_eq!(by.room(None), 0);
    }

    #[test]
    fn what_stays_makes_room_with_the_others() {
        assert_eq!(Move::NONE.place(7, 0), None);
        assert_eq!(Move::NONE.place(7, 100), Some(ClipShift { start: 107, retiming: Retiming::NONE }));
        assert_eq!(Move::NONE.room(Some(0)), 0);
    }

    #[test]
    fn a_drifting_stem_is_in_time_at_its_end_too() {
        let (delay, drift) = (300.0, 1e-4);
        let moved = Move { time_map: TimeMap::line(delay, drift), polarity: 1 }.place(0, 400).unwrap();
        // What the reference plays at frame 10⁶ the stem plays at 10⁶ + 300 + 100; everything is
        // 400 later now.
        let read = moved.retiming.time_map.start + (1e6 + 400.0 - moved.start as f64) * (1.0 + drift);
        assert!((read - (1e6 + 400.0)).abs() < 1e-6);
    }
}
