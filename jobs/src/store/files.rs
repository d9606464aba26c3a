//! Files that are replaced whole, and folders that are what they should be.

use super::disk::{Kind, Lock, SyncPoint};
use super::locks::check;
use super::{Store, StoreError};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// The largest record that is read: a session document has up to 16 MiB.
const MAX_BYTES: u64 = 64 << 20;

/// The ending of files that are being written.
pub(super) const TEMPORARY: &str = ".tmp";

impl Store {
    /// The folder below a root, when every part of the way is a true folder; `None` when a part is
    /// missing.
    pub(super) fn folder(&self, root: &Path, parts: &[&str]) -> Result<Option<PathBuf>, StoreError> {
        let mut path = root.to_path_buf();
        for part in parts {
            path.push(part);
            match self.disk.stat(&path) {
                Ok(stat) if stat.kind == Kind::Folder => {}
                Ok(_) => return Err(StoreError::Planted(path)),
                Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
                Err(error) => return Err(StoreError::io(&path)(error)),
            }
        }
        Ok(Some(path))
    }

    /// The same, made where it is missing: for all whom the mask lets in where results lie, else
    /// for its owner alone.
    pub(super) fn ensure(&self, root: &Path, parts: &[&str]) -> Result<PathBuf, StoreError> {
        let mut path = root.to_path_buf();
        // The two roots may be one folder.
        let is_result = root == self.places.storage() && parts.first() == Some(&"mix_outputs");
        for part in parts {
            path.push(part);
            let known = self.disk.stat(&path);
            let make = || if is_result { self.disk.make_folder(&path) } else { self.disk.make_private_folder(&path) };
            let kind = match known {
                Err(error) if error.kind() == ErrorKind::NotFound => match make() {
                    Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(StoreError::io(&path)(error)),
                    // Somebody may have been quicker, with anything.
                    _ => self.disk.stat(&path).map_err(StoreError::io(&path))?.kind,
                },
                other => other.map_err(StoreError::io(&path))?.kind,
            };
            if kind != Kind::Folder {
                return Err(StoreError::Planted(path));
            }
        }
        Ok(path)
    }

    /// The same, and durable: parents are synced even when the folder was there, since whoever made
    /// it may have died before.
    pub(super) fn ensure_durable(&self, root: &Path, parts: &[&str]) -> Result<PathBuf, StoreError> {
        let path = self.ensure(root, parts)?;
        for parent in path.ancestors().skip(1).take(parts.len()) {
            self.disk.sync_folder(parent, SyncPoint::NewFolder).map_err(StoreError::io(parent))?;
        }
        Ok(path)
    }

    /// A file's bytes; `None` when there is none.
    pub(super) fn bytes(&self, path: &Path) -> Result<Option<Vec<u8>>, StoreError> {
        let file = match self.disk.open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                let planted = self.disk.stat(path).is_ok_and(|stat| stat.kind != Kind::File);
                return Err(if planted { StoreError::Planted(path.into()) } else { StoreError::io(path)(error) });
            }
        };
        let mut bytes = Vec::new();
        file.take(MAX_BYTES).read_to_end(&mut bytes).map_err(StoreError::io(path))?;
        Ok(Some(bytes))
    }

    /// Puts a file in place of what has its name: whole, or not at all; durable when there are sync
    /// points; and only while the lock that the caller holds for it counts.
    pub(super) fn replace(
        &self,
        path: &Path,
        bytes: &[u8],
        durable: Option<(SyncPoint, SyncPoint)>,
        lock: Option<&Lock>,
    ) -> Result<(), StoreError> {
        let temporary = self.write_temporary(path, bytes).map_err(StoreError::io(path))?;
        let synced = durable.map_or(Ok(()), |(content, _)| self.disk.sync_file(&temporary, content));
        // Looked at once the file is there: who takes the lock over afterwards removes it, and
        // renaming fails.
        let placed = synced
            .map_err(StoreError::io(path))
            .and_then(|()| lock.map_or(Ok(()), |lock| check(lock, path)))
            .and_then(|()| self.disk.rename(&temporary, path).map_err(StoreError::io(path)));
        if let Err(error) = placed {
            let _ = self.disk.remove_file(&temporary);
            return Err(error);
        }
        if let (Some((_, name)), Some(folder)) = (durable, path.parent()) {
            self.disk.sync_folder(folder, name).map_err(StoreError::io(folder))?;
        }
        Ok(())
    }

    fn write_temporary(&self, path: &Path, bytes: &[u8]) -> io::Result<PathBuf> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let name = name.trim_start_matches('.');
        loop {
            let count = COUNT.fetch_add(1, Ordering::Relaxed);
            let temporary = path.with_file_name(format!(".{name}.{}-{count}{TEMPORARY}", std::process::id()));
            match self.disk.write_new(&temporary, bytes) {
                // Left behind by a process that had this one's number.
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => {
                    let _ = self.disk.remove_file(&temporary);
                    return Err(error);
                }
                Ok(()) => return Ok(temporary),
            }
        }
    }

    /// Removes a file; that there is none is fine. Says whether there was one.
    pub(super) fn remove(&self, path: &Path) -> Result<bool, StoreError> {
        match self.disk.remove_file(path) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(StoreError::io(path)(error)),
        }
    }

    /// What is in a folder, sorted; nothing when there is none.
    pub(super) fn entries(&self, folder: &Path) -> Result<Vec<super::Entry>, StoreError> {
        match self.disk.list(folder) {
            Ok(mut entries) => {
                entries.sort_unstable_by(|a, b| a.name.cmp(&b.name));
                Ok(entries)
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(StoreError::io(folder)(error)),
        }
    }
}
