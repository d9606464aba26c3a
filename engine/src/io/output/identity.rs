//! Identity of the file that a path leads to: two spellings, a link and its target are the same
//! file.

use std::path::Path;

/// Identity that distinguishes a file from every other: device and inode, or the system's
/// equivalent.
#[derive(Debug, PartialEq, Eq)]
pub struct FileId(FileKey);

#[cfg(unix)]
type FileKey = (u64, u64);
#[cfg(not(unix))]
type FileKey = same_file::Handle;

impl FileId {
    /// Returns the identity of the file or folder that a path leads to, links followed. `None` if
    /// it does not exist, or may not be looked at.
    pub fn of(path: &Path) -> Option<Self> {
        id(path).map(Self)
    }
}

#[cfg(unix)]
fn id(path: &Path) -> Option<FileKey> {
    use std::os::unix::fs::MetadataExt;
    // Nothing is opened: opening a pipe would wait for its writer.
    std::fs::metadata(path).ok().map(|metadata| (metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn id(path: &Path) -> Option<FileKey> {
    same_file::Handle::from_path(path).ok()
}
