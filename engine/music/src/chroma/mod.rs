//! Strength of the twelve pitch classes over time, with the tuning taken out.
//!
//! Spectra are whitened and explained as few notes with overtones, as in Mauch and Dixon,
//! "Approximate note transcription for the improved identification of difficult chords" (2010).

mod dictionary;
mod fold;
mod whiten;

pub use dictionary::{HIGHEST_NOTE, LOWEST_NOTE, NOTE_COUNT, NoteDictionary};
pub use fold::{CLASS_COUNT, Chroma, PitchClasses, Register, chroma, mean_between};
pub use whiten::whiten;
