//! Keys of the General MIDI percussion map.

use crate::Drum;

/// Returns the key of a drum (General MIDI System Level 1, percussion map).
pub const fn drum_key(drum: Drum) -> u8 {
    match drum {
        Drum::Kick => 36,
        Drum::Snare => 38,
        Drum::HihatClosed => 42,
        Drum::HihatOpen => 46,
        Drum::Tom => 45,
        Drum::Crash => 49,
        Drum::Ride => 51,
    }
}
