//! Scores from notes: quantised to the beats of a song, spelt in its key, and written out.
//!
//! [`Timeline`] takes times to beats, [`Feel`] finds how beats divide, [`Quantiser`] snaps notes to
//! them. A [`Frame`] holds the bars of a song; [`Score`] writes one stem into them. [`midi`],
//! [`musicxml`] and [`roll`] turn the results into files. Ticks count from bar 1, negative ones
//! belong to the pick-up.

mod bars;
mod clef;
mod feel;
mod frame;
mod grid;
mod key;
mod metre;
pub mod midi;
pub mod musicxml;
mod part;
mod quantise;
pub mod roll;
mod spelling;
mod tempo;
#[cfg(test)]
mod tests;
mod timeline;
mod values;
mod voices;
mod whole;

pub use bars::{Event, Tie};
pub use clef::Clef;
pub use feel::Feel;
pub use frame::{Bar, Frame};
pub use key::{KeySignature, Mode};
pub use metre::{Metre, TICKS_PER_QUARTER};
pub use part::PartKind;
pub use quantise::{QuantisedHit, QuantisedNote, Quantiser};
pub use spelling::{Spelling, spell};
pub use tempo::{TempoMark, is_constant};
pub use timeline::{Timeline, TimelineError};
pub use values::{Value, ValueType};
pub use voices::{Chord, Line, Sound};
pub use whole::Score;
