//! Disk operations of the store. They are few, so that tests can replace the disk by one that fails
//! or loses power.

mod os;
#[cfg(test)]
pub(super) mod simulated;

pub use os::OsDisk;

use jiff::Timestamp;
use std::io::{self, Read};
use std::path::Path;

/// Purpose of a sync: each is needed, and a test that omits one loses something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SyncPoint {
    /// The bytes of a record, before it gets its name.
    RecordBytes,
    /// The name of a record, before the change is acknowledged.
    RecordName,
    /// A new folder, before anything in it is acknowledged.
    NewFolder,
    /// The bytes of an idempotency key's note.
    KeyBytes,
    /// The name of an idempotency key's note, before its job is acknowledged.
    KeyName,
    /// The bytes of a result, before it is put in place.
    ResultBytes,
    /// The names of results, before their job is complete.
    ResultNames,
    /// The deletion mark of a job, before its result is deleted.
    Deletion,
}

impl SyncPoint {
    /// Every sync point.
    pub const ALL: [Self; 8] = [
        Self::RecordBytes,
        Self::RecordName,
        Self::NewFolder,
        Self::KeyBytes,
        Self::KeyName,
        Self::ResultBytes,
        Self::ResultNames,
        Self::Deletion,
    ];
}

/// Type of a directory entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A plain file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link, a pipe or a device: never made by the store.
    Other,
}

/// Metadata of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stat {
    /// Its type; links are not followed.
    pub kind: EntryKind,
    /// Length of a file.
    pub bytes: u64,
    /// Time of the last write.
    pub modified: Timestamp,
    /// Distinguishes it from earlier entries of the same name, where the system can: an inode.
    pub id: u64,
}

/// An entry of a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The name. Characters that are not Unicode are replaced, so that it equals no valid name.
    pub name: String,
    /// Its type.
    pub kind: EntryKind,
}

/// A lock, held until it is dropped or its process ends for any reason.
pub type Lock = Box<dyn Held>;

/// Holder of a lock.
pub trait Held: Send + Sync {
    /// Returns true if the lock is still valid: its file has its name and has not been replaced.
    fn is_current(&self) -> bool;
    /// Writes over the beginning of the lock's file, for waiting processes. Errors are ignored.
    fn note(&self, text: &str);
}

/// A disk. Every error is the operating system's; no operation follows a symbolic link in the last
/// part of a path.
pub trait Disk: Send + Sync {
    /// Opens a plain file for reading.
    ///
    /// # Errors
    /// When there is none, or it cannot be opened.
    fn open(&self, path: &Path) -> io::Result<Box<dyn Read + Send>>;
    /// Returns the metadata of a path.
    ///
    /// # Errors
    /// `NotFound` when nothing has this name.
    fn stat(&self, path: &Path) -> io::Result<Stat>;
    /// Lists a folder, in no order.
    ///
    /// # Errors
    /// When there is no such folder, or it cannot be read.
    fn list(&self, folder: &Path) -> io::Result<Vec<Entry>>;
    /// Creates a folder in an existing one, with the permissions of the process's mask.
    ///
    /// # Errors
    /// `AlreadyExists` when the name is taken.
    fn make_folder(&self, path: &Path) -> io::Result<()>;
    /// Creates a folder in an existing one, for its owner only.
    ///
    /// # Errors
    /// As [`Disk::make_folder`].
    fn make_private_folder(&self, path: &Path) -> io::Result<()>;
    /// Writes a new file, for its owner only. Not durable before it is synced.
    ///
    /// # Errors
    /// `AlreadyExists` when the name is taken; any error of writing.
    fn write_new(&self, path: &Path, bytes: &[u8]) -> io::Result<()>;
    /// Appends to a file at once; creates it, for its owner only, when it is missing.
    ///
    /// # Errors
    /// Any error of writing.
    fn append(&self, path: &Path, bytes: &[u8]) -> io::Result<()>;
    /// Renames a file and replaces an existing one: at every moment one of the two has the name.
    ///
    /// # Errors
    /// Any error of renaming.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a file or a link.
    ///
    /// # Errors
    /// `NotFound` when nothing has this name.
    fn remove_file(&self, path: &Path) -> io::Result<()>;
    /// Removes an empty folder.
    ///
    /// # Errors
    /// When it is not empty, among others.
    fn remove_folder(&self, path: &Path) -> io::Result<()>;
    /// Removes a folder with its contents; links in it are removed, not followed.
    ///
    /// # Errors
    /// Any error of removing.
    fn remove_tree(&self, path: &Path) -> io::Result<()>;
    /// Makes a file's bytes durable.
    ///
    /// # Errors
    /// When the disk cannot guarantee it.
    fn sync_file(&self, path: &Path, point: SyncPoint) -> io::Result<()>;
    /// Makes the names in a folder durable.
    ///
    /// # Errors
    /// When the disk cannot guarantee it.
    fn sync_folder(&self, path: &Path, point: SyncPoint) -> io::Result<()>;
    /// Locks a file for this holder only, and creates it when it is missing. Returns `None` when
    /// another holder has it and `wait` is false.
    ///
    /// # Errors
    /// When it cannot be created or locked at all.
    fn lock(&self, path: &Path, wait: bool) -> io::Result<Option<Lock>>;
}
