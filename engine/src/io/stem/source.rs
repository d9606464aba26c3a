//! Place from which a stem is read: a file, or memory.

use super::DecodeError;
use super::error::open_file;
use super::memory::MemoryStem;
use crate::io::bytes::stem_bytes::StemBytes;
use std::path::{Path, PathBuf};

/// A stem's place: a path, which also names it in reports and errors, and its bytes where they are
/// in memory.
#[derive(Clone, Debug, PartialEq)]
pub struct StemSource {
    pub(in crate::io) path: PathBuf,
    memory: Option<MemoryStem>,
}

impl StemSource {
    /// Creates the source of a stem that is `memory`, or otherwise the file at `path`.
    pub fn new(path: impl Into<PathBuf>, memory: Option<MemoryStem>) -> Self {
        Self { path: path.into(), memory }
    }

    /// Returns the path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Opens the stem. Returns its length in bytes too.
    pub(in crate::io) fn open(&self) -> Result<(StemBytes, u64), DecodeError> {
        let Some(memory) = &self.memory else { return open_file(&self.path) };
        let bytes = memory.bytes();
        match bytes.len() as u64 {
            0 => Err(DecodeError::Empty { path: self.path.clone() }),
            length => Ok((StemBytes::over(bytes), length)),
        }
    }
}

impl From<&Path> for StemSource {
    fn from(path: &Path) -> Self {
        Self::new(path, None)
    }
}
