//! Files in and out: decoding, WAV writing, outputs that appear whole.

mod staged;
pub mod wav;

pub use staged::{OutputError, StagedFolder};
