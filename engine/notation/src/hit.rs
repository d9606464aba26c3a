//! A hit on a drum or cymbal.

/// A hit as it was played.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hit {
    /// Time, in seconds.
    pub time_s: f64,
    /// The drum that sounds.
    pub drum: Drum,
    /// Strength as a MIDI velocity, 1 to 127.
    pub velocity: u8,
}

/// A part of a drum set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Drum {
    /// Bass drum.
    Kick,
    /// Snare drum.
    Snare,
    /// Hi-hat, closed.
    HihatClosed,
    /// Hi-hat, open.
    HihatOpen,
    /// Any tom.
    Tom,
    /// Crash cymbal.
    Crash,
    /// Ride cymbal.
    Ride,
}

impl Drum {
    /// All parts of a set.
    pub const ALL: [Self; 7] =
        [Self::Kick, Self::Snare, Self::HihatClosed, Self::HihatOpen, Self::Tom, Self::Crash, Self::Ride];

    /// Returns its name in documents.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Kick => "kick",
            Self::Snare => "snare",
            Self::HihatClosed => "hihat_closed",
            Self::HihatOpen => "hihat_open",
            Self::Tom => "tom",
            Self::Crash => "crash",
            Self::Ride => "ride",
        }
    }
}
