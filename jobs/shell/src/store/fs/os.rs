//! The machine's own disk.

use super::{Disk, Entry, EntryKind, Held, Lock, Stat, SyncPoint};
use jiff::Timestamp;
use std::ffi::OsString;
use std::fs::{self, File, FileType, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

/// The machine's own disk.
#[derive(Clone, Copy, Debug, Default)]
pub struct OsDisk;

/// Opens the path itself, never the target of a link; a pipe does not block.
fn no_link(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt;
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        options.custom_flags(flags.bits() as i32);
    }
    options
}

/// Makes created files readable by their owner only: records and logs contain private paths and
/// names.
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

fn plain(file: File) -> io::Result<File> {
    if file.metadata()?.is_file() {
        Ok(file)
    } else {
        Err(io::Error::new(io::ErrorKind::InvalidInput, "no plain file"))
    }
}

/// Refuses a file with a second name, which may belong to someone else: nothing is appended to it.
#[cfg(unix)]
fn sole_name(file: &File) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt;
    if file.metadata()?.nlink() > 1 {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "a file with several names (hard links)"));
    }
    Ok(())
}

#[cfg(not(unix))]
fn sole_name(_file: &File) -> io::Result<()> {
    Ok(())
}

fn unicode(name: OsString) -> String {
    name.into_string().unwrap_or_else(|name| name.to_string_lossy().into_owned())
}

#[cfg(unix)]
fn id_of(found: &fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(found)
}

#[cfg(not(unix))]
fn id_of(_found: &fs::Metadata) -> u64 {
    0
}

fn kind(kind: FileType) -> EntryKind {
    if kind.is_file() {
        EntryKind::File
    } else if kind.is_dir() {
        EntryKind::Folder
    } else {
        EntryKind::Other
    }
}

/// A locked file.
struct FileLock {
    file: File,
    path: PathBuf,
}

impl Held for FileLock {
    #[cfg(unix)]
    fn is_current(&self) -> bool {
        use std::os::unix::fs::MetadataExt;
        let place = |found: &fs::Metadata| (found.dev(), found.ino());
        let (found, own) = (fs::symlink_metadata(&self.path), self.file.metadata());
        found.is_ok_and(|found| own.is_ok_and(|own| place(&found) == place(&own)))
    }

    /// Returns true if the file exists: elsewhere an open file keeps its name.
    #[cfg(not(unix))]
    fn is_current(&self) -> bool {
        self.path.exists()
    }

    fn note(&self, text: &str) {
        let mut file = &self.file;
        let _ = file.rewind().and_then(|()| file.write_all(text.as_bytes()));
    }
}

impl Disk for OsDisk {
    fn open(&self, path: &Path) -> io::Result<Box<dyn Read + Send>> {
        let file = no_link(OpenOptions::new().read(true)).open(path)?;
        Ok(Box::new(plain(file)?))
    }

    fn stat(&self, path: &Path) -> io::Result<Stat> {
        let found = fs::symlink_metadata(path)?;
        let modified = found.modified().ok().and_then(|time| Timestamp::try_from(time).ok());
        Ok(Stat {
            kind: kind(found.file_type()),
            bytes: found.len(),
            modified: modified.unwrap_or_default(),
            id: id_of(&found),
        })
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<Entry>> {
        let entry = |entry: io::Result<fs::DirEntry>| {
            let entry = entry?;
            Ok(Entry { name: unicode(entry.file_name()), kind: kind(entry.file_type()?) })
        };
        fs::read_dir(folder)?.map(entry).collect()
    }

    fn make_folder(&self, path: &Path) -> io::Result<()> {
        fs::create_dir(path)
    }

    fn make_private_folder(&self, path: &Path) -> io::Result<()> {
        let mut folder = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
        folder.create(path)
    }

    fn write_new(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut file = private(OpenOptions::new().write(true).create_new(true)).open(path)?;
        file.write_all(bytes).inspect_err(|_| {
            let _ = fs::remove_file(path);
        })
    }

    fn append(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut options = OpenOptions::new();
        let file = plain(private(no_link(options.append(true).create(true))).open(path)?)?;
        sole_name(&file)?;
        (&file).write_all(bytes)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn remove_folder(&self, path: &Path) -> io::Result<()> {
        fs::remove_dir(path)
    }

    fn remove_tree(&self, path: &Path) -> io::Result<()> {
        fs::remove_dir_all(path)
    }

    fn sync_file(&self, path: &Path, _point: SyncPoint) -> io::Result<()> {
        // Windows flushes only files that were opened for writing.
        let file = no_link(OpenOptions::new().read(true).write(cfg!(windows))).open(path)?;
        plain(file)?.sync_all()
    }

    fn sync_folder(&self, path: &Path, _point: SyncPoint) -> io::Result<()> {
        // Elsewhere folders cannot be opened, and names are durable with their files.
        if cfg!(unix) { File::open(path)?.sync_all() } else { Ok(()) }
    }

    fn lock(&self, path: &Path, wait: bool) -> io::Result<Option<Lock>> {
        loop {
            let mut options = OpenOptions::new();
            let file = private(no_link(options.read(true).write(true).create(true).truncate(false))).open(path)?;
            let file = plain(file)?;
            sole_name(&file)?;
            if wait {
                file.lock()?;
            } else {
                match file.try_lock() {
                    Ok(()) => {}
                    Err(TryLockError::WouldBlock) => return Ok(None),
                    Err(TryLockError::Error(error)) => return Err(error),
                }
            }
            let lock = FileLock { file, path: path.to_path_buf() };
            // Between opening and locking, another file may have taken the name.
            if lock.is_current() {
                return Ok(Some(Box::new(lock)));
            }
        }
    }
}
