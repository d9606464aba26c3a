//! Places of drums on a staff without pitch.

use crate::Drum;

/// The look of a drum's notes: place as in a treble clef, and head (Norman Weinberg, "Guide to
/// Standardized Drumset Notation", 1998).
#[derive(Clone, Copy, Debug)]
pub(super) struct Notehead {
    pub(super) title: &'static str,
    pub(super) step: char,
    pub(super) octave: u8,
    /// Name of the head; none for the usual one.
    pub(super) head: Option<&'static str>,
}

impl Notehead {
    /// Returns the look of a drum's notes.
    pub(super) const fn of(drum: Drum) -> Self {
        let (title, step, octave, head) = match drum {
            Drum::Kick => ("Bass drum", 'F', 4, None),
            Drum::Snare => ("Snare drum", 'C', 5, None),
            Drum::HihatClosed => ("Closed hi-hat", 'G', 5, Some("x")),
            Drum::HihatOpen => ("Open hi-hat", 'G', 5, Some("circle-x")),
            Drum::Tom => ("Tom", 'D', 5, None),
            Drum::Crash => ("Crash cymbal", 'A', 5, Some("x")),
            Drum::Ride => ("Ride cymbal", 'F', 5, Some("x")),
        };
        Self { title, step, octave, head }
    }
}
