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

mod aac;
mod aiff;
mod apple_layout;
mod au;
mod caf;
mod caf_pcm;
mod chunk_walk;
mod cuts;
mod decode;
mod error;
mod flac;
mod flac_writer;
mod fold;
mod hash;
mod header;
mod header_patch;
mod info;
mod justification;
mod later;
mod mkv;
mod mov_fragments;
mod mov_pcm;
mod mp4;
mod mpeg;
mod mpeg_header;
mod ogg;
mod opus;
mod opus_writer;
mod output_error;
mod outputs;
mod pcm_file;
mod peek;
mod programmes;
mod reader;
mod rewrapped;
mod riff;
mod sniff;
mod spliced;
mod staged;
mod sync;
mod tags;
mod time_stamp;
mod trim;
mod trimmed;
mod vorbis;
pub mod wav;
mod wave_format;

#[cfg(test)]
mod tests;

pub use error::DecodeError;
pub(crate) use flac_writer::FlacWriter;
pub use fold::Fold;
pub use hash::{Fingerprint, hash_file};
pub use info::{StemInfo, StemOutcome, Trim};
pub(crate) use opus_writer::{OPUS_RATE_HZ, OpusWriter};
pub use output_error::OutputError;
pub(crate) use outputs::{ENCODER_TAG, is_ours};
pub use outputs::{FileId, OutputGuard, OutputKind, is_earlier_master, same_place};
pub use reader::StemReader;
pub use staged::StagedFolder;
pub use time_stamp::TimeStamp;
pub use trimmed::Trimmed;

/// File name extensions that can be read, for help texts. A file's format is determined by its
/// content, not by its extension.
pub const EXTENSIONS: &[&str] = &[
    "wav", "wave", "rf64", "bw64", "aif", "aiff", "aifc", "flac", "mp3", "mp2", "m4a", "mp4", "mov", "aac", "ogg",
    "oga", "opus", "caf", "mka", "mkv", "webm", "au", "snd",
];
