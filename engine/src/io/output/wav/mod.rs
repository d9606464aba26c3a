//! WAV files as mixdown writes them: `bext` with the measured loudness, RF64 by itself above 4 GiB.

mod bext;
mod bext_reader;
mod writer;
mod written;

pub use bext::BroadcastExtension;
pub(crate) use bext_reader::read_broadcast_extension;
pub use writer::{WavFormat, WavWriter};
pub(crate) use written::WrittenSamples;
