//! The kinds of parts that a score has.

/// A kind of part, which decides clef, voices and MIDI program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartKind {
    /// Drum set, on a staff without pitch.
    Drums,
    /// Bass, written an octave above its sound.
    Bass,
    /// A singing voice.
    Vocals,
    /// Any other instrument.
    Other,
}

impl PartKind {
    /// Returns the General MIDI program, from 0. Drums have channel 10 instead.
    pub const fn program(self) -> u8 {
        match self {
            Self::Drums | Self::Other => 0,
            Self::Bass => 33,
            Self::Vocals => 52,
        }
    }

    /// Returns the MIDI channel, from 0.
    pub const fn channel(self) -> u8 {
        match self {
            Self::Drums => 9,
            _ => 0,
        }
    }
}
