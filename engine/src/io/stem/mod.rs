//! Stems: opened, decoded, trimmed, checked, folded; and the facts about them.

mod error;
mod fingerprint;
mod fold;
mod info;
mod input;
mod later;
mod memory;
mod reader;
mod source;
pub(in crate::io) mod time_stamp;
mod trimmed;

pub use error::DecodeError;
pub(in crate::io) use fingerprint::PartialHash;
pub use fingerprint::{Fingerprint, hash_file};
pub use fold::Fold;
pub use info::{StemInfo, StemOutcome, Trim};
pub use memory::{MemoryStem, MemoryStemError, Strides};
pub use reader::StemReader;
pub use source::StemSource;
pub use time_stamp::TimeStamp;
pub use trimmed::Trimmed;
