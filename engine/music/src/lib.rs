//! Musical analysis of the stems of one song, from samples alone.
//!
//! Every analyser takes mono samples at [`SAMPLE_RATE`] in blocks of any length, and keeps features
//! rather than samples: memory grows with the features of a song, not with its stems.

pub mod beatnet;
pub mod beats;
pub mod chords;
pub mod chroma;
pub mod descriptors;
pub mod key;
pub mod metre;
pub mod onsets;
pub mod sections;
pub mod spectrum;
pub mod stem_type;
pub mod tempo;
pub mod tuning;

/// The rate of all samples that are analysed, in hertz.
pub const SAMPLE_RATE: u32 = 22_050;
