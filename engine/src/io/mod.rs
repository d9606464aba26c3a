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

pub(crate) use output::{ENCODER_TAG, FlacWriter, OPUS_RATE_HZ, OpusWriter, is_ours};
pub use output::{FileId, OutputError, OutputGuard, OutputKind, StagedFolder, is_earlier_master, same_place, wav};
pub use stem::{
    DecodeError, Fingerprint, Fold, StemInfo, StemOutcome, StemReader, TimeStamp, Trim, Trimmed, hash_file,
};

/// File name extensions that can be read, for help texts. A file's format is determined by its
/// content, not by its extension.
pub const EXTENSIONS: &[&str] = &[
    "wav", "wave", "rf64", "bw64", "aif", "aiff", "aifc", "flac", "mp3", "mp2", "m4a", "mp4", "mov", "aac", "ogg",
    "oga", "opus", "caf", "mka", "mkv", "webm", "au", "snd",
];
