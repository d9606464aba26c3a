//! Files that are replaced as a whole, and folders that are checked.

use super::StoreError;
use super::base::Base;
use super::layout::TEMPORARY;
use super::locks::check;
use super::{EntryKind, Lock, SyncPoint};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Size of the largest record that is read: a session document has up to 16 MiB.
const MAX_BYTES: u64 = 64 << 20;

impl Base {
    /// Returns the folder below a root if every part of the path is a real folder; `None` when a
    /// part is missing.
    pub(super) fn folder(&self, root: &Path, parts: &[&str]) -> Result<Option<PathBuf>, StoreError> {
        let mut path = root.to_path_buf();
        for part in parts {
            path.push(part);
            match self.disk.stat(&path) {
                Ok(stat) if stat.kind == EntryKind::Folder => {}
                Ok(_) => return Err(StoreError::Planted(path)),
                Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
                Err(error) => return Err(StoreError::io(&path)(error)),
            }
        }
        Ok(Some(path))
    }

    /// Returns the folder below a root, and creates it if missing: with the permissions of the
    /// process's mask for results, otherwise for its owner only.
    pub(super) fn ensure(&self, root: &Path, parts: &[&str]) -> Result<PathBuf, StoreError> {
        let mut path = root.to_path_buf();
        // The two roots may be one folder.
        let is_result = root == self.layout.storage() && parts.first() == Some(&"mix_outputs");
        for part in parts {
            path.push(part);
            let known = self.disk.stat(&path);
            let make = || if is_result { self.disk.make_folder(&path) } else { self.disk.make_private_folder(&path) };
            let kind = match known {
                Err(error) if error.kind() == ErrorKind::NotFound => match make() {
                    Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(StoreError::io(&path)(error)),
                    // Another process may have created something there first.
                    _ => self.disk.stat(&path).map_err(StoreError::io(&path))?.kind,
                },
                other => other.map_err(StoreError::io(&path))?.kind,
            };
            if kind != EntryKind::Folder {
                return Err(StoreError::Planted(path));
            }
        }
        Ok(path)
    }

    /// Returns the folder as [`Base::ensure`] does, durably: parents are synced even when the
    /// folder existed, since its creator may have died before syncing.
    pub(super) fn ensure_durable(&self, root: &Path, parts: &[&str]) -> Result<PathBuf, StoreError> {
        let path = self.ensure(root, parts)?;
        for parent in path.ancestors().skip(1).take(parts.len()) {
            self.disk.sync_folder(parent, SyncPoint::NewFolder).map_err(StoreError::io(parent))?;
        }
        Ok(path)
    }

    /// Returns a file's bytes; `None` when there is none.
    pub(super) fn bytes(&self, path: &Path) -> Result<Option<Vec<u8>>, StoreError> {
        let file = match self.disk.open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                let planted = self.disk.stat(path).is_ok_and(|stat| stat.kind != EntryKind::File);
                return Err(if planted { StoreError::Planted(path.into()) } else { StoreError::io(path)(error) });
            }
        };
        let mut bytes = Vec::new();
        file.take(MAX_BYTES).read_to_end(&mut bytes).map_err(StoreError::io(path))?;
        Ok(Some(bytes))
    }

    /// Replaces a file as a whole, or not at all. It is durable when there are sync points. It
    /// happens only while the caller's lock for it is valid.
    pub(super) fn replace(
        &self,
        path: &Path,
        bytes: &[u8],
        durable: Option<(SyncPoint, SyncPoint)>,
        lock: Option<&Lock>,
    ) -> Result<(), StoreError> {
        let temporary = self.write_temporary(path, bytes).map_err(StoreError::io(path))?;
        let synced = durable.map_or(Ok(()), |(content, _)| self.disk.sync_file(&temporary, content));
        // Checked once the file exists: a process that takes the lock over afterwards removes it,
        // and renaming fails.
        let placed = synced
            .map_err(StoreError::io(path))
            .and_then(|()| lock.map_or(Ok(()), |lock| check(lock, path)))
            .and_then(|()| self.disk.rename(&temporary, path).map_err(StoreError::io(path)));
        if let Err(error) = placed {
            let _ = self.disk.remove_file(&temporary);
            return Err(error);
        }
        self.writes.fetch_add(1, Ordering::Relaxed);
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
                // Left behind by an earlier process with the same id.
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => {
                    let _ = self.disk.remove_file(&temporary);
                    return Err(error);
                }
                Ok(()) => return Ok(temporary),
            }
        }
    }

    /// Removes a file; a missing file is not an error. Returns true if there was one.
    pub(super) fn remove(&self, path: &Path) -> Result<bool, StoreError> {
        match self.disk.remove_file(path) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(StoreError::io(path)(error)),
        }
    }

    /// Returns the entries of a folder, sorted; none when there is no folder.
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
