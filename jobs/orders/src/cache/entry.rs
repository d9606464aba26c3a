//! The index: contents of URLs, as they were read last.

use super::{Cache, object};
use crate::error::OrderError;
use serde::{Deserialize, Serialize};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Content of a URL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The entity tag that the object had.
    pub tag: String,
    /// The hash of its bytes.
    pub blake3: String,
}

impl Cache {
    /// Returns the content of a URL as it was read last; `None` if its bytes are not in the cache.
    pub fn known(&self, url: &str) -> Option<Entry> {
        let path = entry_path(&self.root, url);
        let entry: Entry = serde_json::from_slice(&fs::read(&path).ok()?).ok()?;
        // A damaged entry must not lead out of the folder.
        let is_hash = entry.blake3.len() == 64 && entry.blake3.bytes().all(|byte| byte.is_ascii_hexdigit());
        (is_hash && object(&self.root, &entry.blake3).exists()).then_some(entry)
    }

    /// Records the content of a URL. A URL with a query is left out: signatures change each time.
    ///
    /// # Errors
    /// [`OrderError::Io`].
    pub fn record(&self, url: &str, entry: &Entry) -> Result<(), OrderError> {
        if url.contains('?') {
            return Ok(());
        }
        self.locked(|root| {
            let path = entry_path(root, url);
            let mut file = tempfile::NamedTempFile::new_in(root.join("index"))?;
            serde_json::to_writer(&mut file, entry).map_err(io::Error::from)?;
            file.persist(path).map(|_| ()).map_err(|error| error.error)
        })
    }
}

fn entry_path(root: &Path, url: &str) -> PathBuf {
    root.join("index").join(format!("{}.json", blake3::hash(url.as_bytes()).to_hex()))
}

/// Removes entries whose objects have left the cache, while it is locked.
pub(super) fn sweep(root: &Path) -> io::Result<()> {
    for entry in fs::read_dir(root.join("index"))? {
        let path = entry?.path();
        let read = fs::read(&path).ok().and_then(|bytes| serde_json::from_slice::<Entry>(&bytes).ok());
        if read.is_none_or(|entry| !object(root, &entry.blake3).exists()) {
            let _ = fs::remove_file(&path);
        }
    }
    Ok(())
}
