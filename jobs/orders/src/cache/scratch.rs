//! Folders of running orders, removed with their process or after it.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// A folder of one order. Dropped, it is removed.
#[derive(Debug)]
pub struct Scratch {
    folder: PathBuf,
    lock: PathBuf,
    /// Shows other processes that this one lives.
    _held: File,
}

impl Scratch {
    /// Creates a folder below `parent`, while the cache is locked.
    pub(super) fn create(parent: &Path) -> io::Result<Self> {
        let name = Uuid::now_v7().to_string();
        let (folder, lock) = (parent.join(&name), parent.join(name + ".lock"));
        let held = File::create_new(&lock)?;
        held.lock()?;
        fs::create_dir(&folder)?;
        Ok(Self { folder, lock, _held: held })
    }

    /// Returns the folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // A leftover is swept by the next process.
        let _ = fs::remove_dir_all(&self.folder);
        let _ = fs::remove_file(&self.lock);
    }
}

/// Removes the folders of processes that died, while the cache is locked.
pub(super) fn sweep(root: &Path) -> io::Result<()> {
    for entry in fs::read_dir(root.join("scratch"))? {
        let path = entry?.path();
        if path.extension().is_none_or(|extension| extension != "lock") {
            continue;
        }
        let Ok(file) = File::open(&path) else { continue };
        if file.try_lock().is_ok() {
            let _ = fs::remove_dir_all(path.with_extension(""));
            let _ = fs::remove_file(&path);
        }
    }
    Ok(())
}
