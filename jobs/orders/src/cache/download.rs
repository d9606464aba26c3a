//! An object on its way into the cache.

use super::{Cache, Scratch, link, object, touch};
use crate::error::OrderError;
use crate::remote::Sink;
use std::fs::{self, File};
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};

/// Bytes of an object, hashed while they arrive in a file of the order's own.
#[derive(Debug)]
pub struct Download {
    path: PathBuf,
    file: File,
    hasher: blake3::Hasher,
}

impl Download {
    /// Starts a download into a file of this order.
    ///
    /// # Errors
    /// [`OrderError::Io`].
    pub fn start(scratch: &Scratch, name: &str) -> Result<Self, OrderError> {
        let path = scratch.folder().join(name);
        let file = File::create_new(&path).map_err(|error| OrderError::io(&path, error))?;
        Ok(Self { path, file, hasher: blake3::Hasher::new() })
    }

    /// Moves the bytes into the cache and links them to `place`; returns their hash. Where another
    /// process was first, its object is replaced by the same bytes.
    ///
    /// # Errors
    /// [`OrderError::Io`].
    pub fn finish(self, cache: &Cache, place: &Path) -> Result<String, OrderError> {
        let Self { path, file, hasher } = self;
        let blake3 = hasher.finalize().to_hex().to_string();
        // What lies under a hash must survive a loss of power whole.
        file.sync_all().map_err(|error| OrderError::io(&path, error))?;
        drop(file);
        cache.locked(|root| {
            let object = object(root, &blake3);
            fs::rename(&path, &object)?;
            touch(&object)?;
            link(&object, place)
        })?;
        cache.evict()?;
        Ok(blake3)
    }

    /// Drops the bytes.
    pub fn cancel(self) {
        let _ = fs::remove_file(&self.path);
    }
}

impl Write for Download {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Sink for Download {
    fn restart(&mut self) -> io::Result<()> {
        self.file.rewind()?;
        self.file.set_len(0)?;
        self.hasher.reset();
        Ok(())
    }
}
