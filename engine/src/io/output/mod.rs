//! Files that are written: WAV, FLAC and Opus; folders that appear whole; checks of output paths
//! against inputs and against existing files.

mod error;
mod flac_writer;
mod guard;
mod identity;
mod kind;
mod master;
#[cfg(feature = "opus")]
mod opus_writer;
#[cfg(not(feature = "opus"))]
#[path = "opus_writer_absent.rs"]
mod opus_writer;
mod packed;
mod staged;
pub mod wav;

#[cfg(test)]
mod tests;

pub use error::OutputError;
pub(crate) use flac_writer::FlacWriter;
pub(crate) use guard::is_ours;
pub use guard::{OutputGuard, same_place};
pub use identity::FileId;
pub use kind::OutputKind;
pub use master::is_earlier_master;
pub(crate) use opus_writer::{OPUS_RATE_HZ, OpusWriter};
pub(crate) use packed::ENCODER_TAG;
pub use staged::StagedFolder;
