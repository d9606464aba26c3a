//! Notation of stems: sound in, the bytes of MIDI, MusicXML, JSON and SVG files out.
//!
//! [`transcribe`] finds the notes of each stem by itself; [`notate`] writes them down in the bars
//! of their song, which all stems share.

mod document;
mod files;
mod timing;
mod transcribe;

pub use document::{HitEntry, NOTES_SCHEMA, NoteEntry, NotesDocument};
pub use files::{NotatedPart, Notation, NotationFile, notate};
pub use mixdown_notation::score::{PartKind, TimelineError};
pub use transcribe::{Part, PartRequest, transcribe};

#[cfg(test)]
mod tests;
