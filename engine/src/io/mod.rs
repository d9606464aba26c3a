//! Files in and out: stems decoded, trimmed and folded into streams of planar f32; WAV written;
//! outputs that appear whole.
//!
//! ```no_run
//! use mixdown_engine::{audio::AudioBuffer, io::{Fold, StemReader}, process::Source};
//! let mut stem = StemReader::open("bass.flac".as_ref(), Fold::Stereo)?;
//! let mut block = AudioBuffer::new(stem.channels(), 512);
//! while stem.read(&mut block.block_mut())? == 512 { /* … */ }
//! # Ok::<(), mixdown_engine::io::DecodeError>(())
//! ```

mod bytes;
mod codec;
mod container;
mod output;
mod stem;

#[cfg(test)]
mod tests;

#[doc(hidden)]
pub use container::{AudioFormat, formats, names::refused_formats};
pub use output::OutputError;
pub(crate) use output::{ENCODER_TAG, FlacWriter, OPUS_RATE_HZ, OpusWriter, is_ours};
#[doc(hidden)]
pub use output::{FileId, OutputGuard, OutputKind, StagedFolder, is_earlier_master, same_place, wav};
pub use stem::{DecodeError, Fold, StemInfo, StemOutcome, StemReader, Trim};
#[doc(hidden)]
pub use stem::{Fingerprint, TimeStamp, Trimmed, hash_file};
pub use stem::{MemoryStem, MemoryStemError, StemSource, Strides};

/// Returns the usual extensions of files that can be read, in lower case.
pub fn extensions() -> impl Iterator<Item = &'static str> {
    formats().flat_map(|format| format.extensions).copied()
}

/// Returns the names of all kinds of audio files that can be read, as a list for help texts.
pub fn format_names() -> String {
    formats().map(|format| format.name).collect::<Vec<_>>().join(", ")
}
