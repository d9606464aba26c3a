//! A note with a pitch.

/// A note as it was played.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Note {
    /// Start, in seconds.
    pub start_s: f64,
    /// End, in seconds, after the start.
    pub end_s: f64,
    /// Pitch as a MIDI note number, 0 to 127; 60 is middle C.
    pub pitch_midi: u8,
    /// Strength as a MIDI velocity, 1 to 127.
    pub velocity: u8,
    /// Mean distance from the pitch, in cents.
    pub bend_cents: f64,
}
