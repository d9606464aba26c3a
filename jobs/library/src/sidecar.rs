//! Sidecar files: names, atomic replacement, flushing.

use crate::Error;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// The folder of sidecar files below the media folder.
pub(crate) const FOLDER: &str = "library";

/// Files that are flushed at the same time: the file system joins their waits.
const FLUSHES: usize = 16;

/// Replaces a file: its readers find the old content or the new one, never a part.
///
/// # Errors
/// [`Error::Io`].
pub(crate) fn replace(path: &Path, content: &[u8]) -> Result<(), Error> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let temporary = path.with_extension(format!("{}-{count}.tmp", std::process::id()));
    let written = File::create(&temporary).and_then(|mut file| file.write_all(content));
    let moved = written.and_then(|()| fs::rename(&temporary, path));
    if moved.is_err() {
        // The first error counts.
        let _ = fs::remove_file(&temporary);
    }
    moved.map_err(|error| Error::io(path, error))
}

/// Deletes a file, which may be missing.
///
/// # Errors
/// [`Error::Io`].
pub(crate) fn delete(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::io(path, error)),
        _ => Ok(()),
    }
}

/// Makes files durable, and the names in their folders; a file that is missing was deleted.
///
/// # Errors
/// [`Error::Io`].
pub(crate) fn flush(paths: &[PathBuf]) -> Result<(), Error> {
    let flush_one = |path: &PathBuf| match OpenOptions::new().write(true).open(path).and_then(|file| file.sync_all()) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::io(path, error)),
        _ => Ok(()),
    };
    let share = paths.len().div_ceil(FLUSHES).max(1);
    std::thread::scope(|scope| {
        let threads: Vec<_> =
            paths.chunks(share).map(|share| scope.spawn(move || share.iter().try_for_each(flush_one))).collect();
        threads
            .into_iter()
            .try_for_each(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })?;
    let mut folders: Vec<&Path> = paths.iter().filter_map(|path| path.parent()).collect();
    folders.sort_unstable();
    folders.dedup();
    folders.into_iter().try_for_each(flush_folder)
}

/// Makes the names in a folder durable; one that is missing was deleted.
///
/// # Errors
/// [`Error::Io`].
pub(crate) fn flush_folder(folder: &Path) -> Result<(), Error> {
    // Windows does not open folders, and needs no flush of them.
    if cfg!(windows) {
        return Ok(());
    }
    match File::open(folder).and_then(|folder| folder.sync_all()) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::io(folder, error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replacing_leaves_one_whole_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.v1.json");
        replace(&path, b"first, and longer").unwrap();
        replace(&path, b"second").unwrap();
        flush(&[path.clone(), folder.path().join("missing.json")]).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"second");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        delete(&path).unwrap();
        delete(&path).unwrap();
        assert!(!path.exists());
    }
}
