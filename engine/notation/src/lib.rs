//! Notation of stems: notes and drum hits from sound, and scores from notes.
//!
//! Transcription takes mono samples at [`SAMPLE_RATE`] Hz; times are in seconds from the first.

pub mod drums;
mod hit;
mod note;
pub mod pitched;
pub mod score;

pub use hit::{Drum, Hit};
pub use note::Note;

/// Sample rate of the sound that is transcribed, in hertz.
pub const SAMPLE_RATE: u32 = 22_050;
