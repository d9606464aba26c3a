//! Files that are replaced as a whole, durably; links are never followed.

use crate::error::ApiError;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

/// Largest record that is read, in bytes: a document has up to 16 MiB.
const MAX_RECORD: u64 = 64 << 20;

/// Returns options that do not follow a link, nor wait for a pipe; created files are their owner's.
pub(super) fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt;
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        options.custom_flags(flags.bits() as i32).mode(0o600);
    }
    options
}

/// Opens a plain file.
pub(super) fn open(options: &OpenOptions, path: &Path) -> io::Result<File> {
    let file = options.open(path)?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(ErrorKind::InvalidInput.into()) }
}

/// Returns a file's bytes; `None` where there is none.
pub(super) fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let file = match open(options().read(true), path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        other => other?,
    };
    let mut bytes = Vec::new();
    file.take(MAX_RECORD).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

/// Replaces a file as a whole, or not at all, durably.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let temporary = temporary(path);
    let written = open(options().write(true).create(true).truncate(true), &temporary).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    let placed = written.and_then(|()| fs::rename(&temporary, path));
    if placed.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    placed?;
    path.parent().map_or(Ok(()), sync_folder)
}

/// Returns the hidden path beside a file, for its next bytes. Only one thread writes a record at a
/// time.
pub(super) fn temporary(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.tmp"))
}

/// Makes the names in a folder durable.
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    // Elsewhere folders cannot be opened, and names are durable with their files.
    if cfg!(unix) { File::open(path)?.sync_all() } else { Ok(()) }
}

/// Creates a folder below an existing one, for its owner only, durably; each part must be a real
/// folder.
pub(crate) fn ensure_folder(root: &Path, parts: &[&str]) -> io::Result<PathBuf> {
    let mut path = root.to_path_buf();
    for part in parts {
        let parent = path.clone();
        path.push(part);
        let mut builder = DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        match builder.create(&path) {
            Ok(()) => sync_folder(&parent)?,
            Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
            Err(_) if fs::symlink_metadata(&path)?.is_dir() => {}
            Err(error) => return Err(error),
        }
    }
    Ok(path)
}

/// Removes a file; a missing one is not an error.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Removes a folder with its contents; a missing one is not an error. Links in it are not followed.
pub(crate) fn remove_tree(path: &Path) -> io::Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Returns the refusal for an error of the operating system.
pub(crate) fn refusal(path: &Path, error: &io::Error) -> ApiError {
    let detail = format!("{}: {error}", path.display());
    ApiError::from_io(error, &detail)
}

/// Returns the free bytes of the disk that a folder lies on; `None` where the system does not
/// report them.
#[cfg(unix)]
pub(crate) fn free_bytes(folder: &Path) -> Option<u64> {
    rustix::fs::statvfs(folder).ok().map(|found| found.f_bavail.saturating_mul(found.f_frsize))
}

/// Returns the free bytes of the disk that a folder lies on; `None` where the system does not
/// report them.
#[cfg(not(unix))]
pub fn free_bytes(_folder: &Path) -> Option<u64> {
    None
}
