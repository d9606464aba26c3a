//! What the store asks of a disk: few operations, so that tests can stand in for one that fails or
//! loses power.

use jiff::Timestamp;
use std::io::{self, Read};
use std::path::Path;

/// Why something is synced: each is needed, and a test that leaves one out loses something.
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
    /// The note that a job is being deleted, before its result goes.
    Deletion,
}

impl SyncPoint {
    /// Every one.
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

/// What something on a disk is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A plain file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link, a pipe, a device: nothing that belongs here.
    Other,
}

/// What is known of a thing without opening it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stat {
    /// What it is; links are not followed.
    pub kind: Kind,
    /// A file's length.
    pub bytes: u64,
    /// When it was last written.
    pub modified: Timestamp,
    /// Tells it from what had its name before, where the system can: an inode.
    pub id: u64,
}

/// A name in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The name; what is not Unicode in it is replaced, which makes it a name that nothing here
    /// has.
    pub name: String,
    /// What has the name.
    pub kind: Kind,
}

/// A lock, held until it is dropped or its process ends in whatever way.
pub type Lock = Box<dyn Held>;

/// What holds a lock.
pub trait Held: Send + Sync {
    /// Returns whether the lock still counts: its file has its name, and nobody has put another in
    /// its place.
    fn is_current(&self) -> bool;
    /// Writes over the beginning of the lock's file, for whoever waits. That it may fail is no
    /// harm.
    fn note(&self, text: &str);
}

/// A disk. Every error is the operating system's; no operation follows a symbolic link in the last
/// part of a path.
pub trait Disk: Send + Sync {
    /// Opens a plain file to read.
    ///
    /// # Errors
    /// When there is none, or it cannot be opened.
    fn open(&self, path: &Path) -> io::Result<Box<dyn Read + Send>>;
    /// What has a name.
    ///
    /// # Errors
    /// `NotFound` when nothing has it.
    fn stat(&self, path: &Path) -> io::Result<Stat>;
    /// What is in a folder, in no order.
    ///
    /// # Errors
    /// When there is no such folder, or it cannot be read.
    fn list(&self, folder: &Path) -> io::Result<Vec<Entry>>;
    /// Makes a folder in one that exists, for whom the process's mask lets in.
    ///
    /// # Errors
    /// `AlreadyExists` when something has the name.
    fn make_folder(&self, path: &Path) -> io::Result<()>;
    /// The same, for its owner alone.
    ///
    /// # Errors
    /// As [`Disk::make_folder`].
    fn make_private_folder(&self, path: &Path) -> io::Result<()>;
    /// Writes a new file, for its owner alone. Not durable before it is synced.
    ///
    /// # Errors
    /// `AlreadyExists` when something has the name; whatever writing fails with.
    fn write_new(&self, path: &Path, bytes: &[u8]) -> io::Result<()>;
    /// Writes at the end of a file, at once; makes it, for its owner alone, when it is missing.
    ///
    /// # Errors
    /// Whatever writing fails with.
    fn append(&self, path: &Path, bytes: &[u8]) -> io::Result<()>;
    /// Gives a file another name, in place of what had it: at every moment one of the two has the
    /// name.
    ///
    /// # Errors
    /// Whatever renaming fails with.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a file or a link.
    ///
    /// # Errors
    /// `NotFound` when nothing has the name.
    fn remove_file(&self, path: &Path) -> io::Result<()>;
    /// Removes an empty folder.
    ///
    /// # Errors
    /// When it is not empty, among others.
    fn remove_folder(&self, path: &Path) -> io::Result<()>;
    /// Removes a folder and what is in it; links in it are removed, not followed.
    ///
    /// # Errors
    /// Whatever removing fails with.
    fn remove_tree(&self, path: &Path) -> io::Result<()>;
    /// Makes a file's bytes survive a loss of power.
    ///
    /// # Errors
    /// When the disk does not promise it.
    fn sync_file(&self, path: &Path, point: SyncPoint) -> io::Result<()>;
    /// Makes the names in a folder survive a loss of power.
    ///
    /// # Errors
    /// When the disk does not promise it.
    fn sync_folder(&self, path: &Path, point: SyncPoint) -> io::Result<()>;
    /// Locks a file, made when it is missing, for this holder alone; `None` when another has it and
    /// `wait` is false.
    ///
    /// # Errors
    /// When it cannot be made or locked at all.
    fn lock(&self, path: &Path, wait: bool) -> io::Result<Option<Lock>>;
}
