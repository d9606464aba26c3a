//! Separation of songs into parts, and reports of what the parts leave.
//!
//! A [`BackEnd`] makes the parts: [`Classical`] by masks, without a model; [`Demucs`] by an
//! external program; `Onnx`, with the feature `onnx`, by a model in a file. [`separate`] runs one,
//! places its parts to the sample, and measures how deep their sum nulls against the song. No
//! weights of a model are part of this crate.

mod audio;
mod back_end;
mod classical;
mod demucs;
mod document;
mod error;
#[cfg(feature = "onnx")]
mod onnx;
mod placed;
mod placement;
mod residual;
mod separation;
mod song;
mod watch;

pub use back_end::{BackEnd, Part, Separator};
pub use classical::{CLASSICAL_PARTS, Classical, PART_COUNT, PartSamples, Splitter};
pub use demucs::{DEFAULT_MODEL, Demucs, GUARD, Limits, find_demucs, run_guarded};
pub use document::{Band, Level, PartEntry, PlacementEntry, Polarity, Residual, SCHEMA, Second, Separation};
pub use error::SeparateError;
#[cfg(feature = "onnx")]
pub use onnx::{Onnx, SEGMENT_FRAMES};
pub use separation::{REPORT_NAME, separate};
pub use song::Song;
pub use watch::Watch;
