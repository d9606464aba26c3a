//! Facts about stems.

use super::stem_name::StemName;
use serde::{Deserialize, Serialize};
use std::fs::Metadata;
use std::path::Path;
use std::time::UNIX_EPOCH;

/// A stem: facts that its decoding has confirmed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stem {
    /// Its name.
    pub name: StemName,
    /// Length of the file.
    pub bytes: u64,
    /// BLAKE3 of the file, hexadecimal.
    pub blake3: String,
    /// Length, in seconds.
    pub duration_s: f64,
    /// Length, in frames.
    pub frames: u64,
    /// Frames per second.
    pub sample_rate: u32,
    /// Channels in the file.
    pub channels: usize,
    /// Container and codec, such as `wav pcm_s24le`.
    pub format: String,
    /// Contradictions in the file and their treatment, a sentence each.
    pub warnings: Vec<String>,
    /// Mark of the file that was decoded.
    pub file: FileMark,
}

impl Stem {
    /// Returns the entity tag of the file.
    pub fn etag(&self) -> String {
        format!("\"{}\"", self.blake3)
    }
}

/// Properties that distinguish a file from earlier ones of the same name, and that a rename keeps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileMark {
    /// Length, in bytes.
    pub bytes: u64,
    /// Time of the last write, in nanoseconds since 1970.
    pub modified_ns: u64,
    /// The inode, where the system has one.
    pub inode: u64,
}

impl FileMark {
    /// Returns the mark of a plain file; `None` where there is none. Links are not followed.
    pub fn of(path: &Path) -> Option<Self> {
        std::fs::symlink_metadata(path).ok().filter(Metadata::is_file).map(|data| Self::from_metadata(&data))
    }

    /// Returns the mark of an open file.
    pub fn from_metadata(data: &Metadata) -> Self {
        let modified = data.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
        Self { bytes: data.len(), modified_ns: modified.as_nanos() as u64, inode: inode(data) }
    }
}

#[cfg(unix)]
fn inode(data: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(data)
}

#[cfg(not(unix))]
fn inode(_data: &Metadata) -> u64 {
    0
}
