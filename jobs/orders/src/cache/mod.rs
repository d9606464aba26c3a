//! A cache of objects, by content: several processes, and several orders, share one folder.
//!
//! ```text
//! objects/HASH        bytes with this BLAKE3 hash; the time of the file is that of its last use
//! index/HASH.json     of a URL, by its hash: the tag of the object there, and its content
//! scratch/UUID/       files of a running order; UUID.lock is locked while its process lives
//! lock                locked for every change to the above
//! ```
//! A hash in place of the URL keeps signatures out of the folder. An object leaves the cache by its
//! name alone: an order that uses it holds a link of its own.

mod download;
mod entry;
mod evict;
mod scratch;

#[cfg(test)]
mod tests;

pub use download::Download;
pub use entry::Entry;
pub use scratch::Scratch;

use crate::error::OrderError;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// A folder of objects.
#[derive(Debug)]
pub struct Cache {
    root: PathBuf,
    /// Most bytes of all objects.
    limit: u64,
}

impl Cache {
    /// Opens the cache in a folder, which is created. Files of orders whose process died are
    /// removed.
    ///
    /// # Errors
    /// [`OrderError::Io`].
    pub fn open(root: &Path, limit: u64) -> Result<Self, OrderError> {
        for folder in ["objects", "index", "scratch"] {
            let folder = root.join(folder);
            fs::create_dir_all(&folder).map_err(|error| OrderError::io(&folder, error))?;
        }
        let cache = Self { root: root.to_path_buf(), limit };
        cache.locked(scratch::sweep)?;
        Ok(cache)
    }

    /// Returns the folder of the cache.
    pub fn folder(&self) -> &Path {
        &self.root
    }

    /// Starts a folder for the files of an order.
    ///
    /// # Errors
    /// [`OrderError::Io`].
    pub fn scratch(&self) -> Result<Scratch, OrderError> {
        self.locked(|root| Scratch::create(&root.join("scratch")))
    }

    /// Links the object with this hash to `place`, and marks it as used. Returns false where there
    /// is none, or where its bytes are damaged: it is removed then.
    ///
    /// # Errors
    /// [`OrderError::Io`].
    pub fn take(&self, blake3: &str, place: &Path) -> Result<bool, OrderError> {
        let linked = self.locked(|root| {
            let object = object(root, blake3);
            let linked = link(&object, place);
            if linked.is_ok() {
                touch(&object)?;
            }
            match linked {
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
                linked => linked.map(|()| true),
            }
        })?;
        if !linked {
            return Ok(false);
        }
        let found = hash(place).map_err(|error| OrderError::io(place, error))?;
        if found == blake3 {
            return Ok(true);
        }
        self.locked(|root| {
            fs::remove_file(place)?;
            let removed = fs::remove_file(object(root, blake3));
            removed.or_else(|error| if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) })
        })?;
        Ok(false)
    }

    /// Runs `work` while no other process changes the cache.
    fn locked<T>(&self, work: impl FnOnce(&Path) -> io::Result<T>) -> Result<T, OrderError> {
        let path = self.root.join("lock");
        let lock = File::options().create(true).truncate(false).write(true).open(&path);
        let run = lock.and_then(|lock| {
            lock.lock()?;
            // Held to the end of `work`: closing the file frees it.
            let done = work(&self.root);
            drop(lock);
            done
        });
        run.map_err(|error| OrderError::io(&self.root, error))
    }
}

/// Returns the path of an object.
fn object(root: &Path, blake3: &str) -> PathBuf {
    root.join("objects").join(blake3)
}

/// Marks an object as used now.
fn touch(object: &Path) -> io::Result<()> {
    File::options().append(true).open(object)?.set_modified(SystemTime::now())
}

/// Gives a file a second name, or copies it where the file system has no links.
fn link(from: &Path, to: &Path) -> io::Result<()> {
    match fs::hard_link(from, to) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(error),
        Err(_) => fs::copy(from, to).map(|_| ()),
        Ok(()) => Ok(()),
    }
}

/// Returns the BLAKE3 hash of a file, 64 hexadecimal digits.
pub(crate) fn hash(path: &Path) -> io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(File::open(path)?)?;
    Ok(hasher.finalize().to_hex().to_string())
}
