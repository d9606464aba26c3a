//! The limit of the cache: objects that were not used for the longest time leave first.

use super::{Cache, entry};
use crate::error::OrderError;
use std::fs;
use std::io;

impl Cache {
    /// Removes objects until all that remain are within the limit.
    ///
    /// # Errors
    /// [`OrderError::Io`].
    pub fn evict(&self) -> Result<(), OrderError> {
        self.locked(|root| {
            let mut objects = Vec::new();
            for found in fs::read_dir(root.join("objects"))? {
                let found = found?;
                let about = found.metadata()?;
                objects.push((about.modified()?, about.len(), found.path()));
            }
            let mut bytes: u64 = objects.iter().map(|(_, len, _)| len).sum();
            if bytes <= self.limit {
                return Ok(());
            }
            objects.sort();
            for (_, len, path) in objects {
                if bytes <= self.limit {
                    break;
                }
                match fs::remove_file(&path) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                    _ => bytes -= len,
                }
            }
            entry::sweep(root)
        })
    }
}
