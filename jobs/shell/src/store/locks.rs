//! Locks of the shell: held for short steps, never waited for long, and taken over from a suspended
//! process.
//!
//! A lock that is held as long as a worker may be silent gets a new file in place of its own. When
//! the old holder continues, it finds that its lock is no longer valid. The file that it was about
//! to put in place is removed first.

use super::Lock;
use super::StoreError;
use super::base::Base;
use super::index::active;
use super::layout::TEMPORARY;
use crate::clock::BootTime;
use crate::job::{JobId, SessionId, hex_digest};
use crate::kinds::{Cleanup, Mix};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Longest wait for a lock without other work. Locks are held across a few operations of the disk.
pub(super) const PATIENCE: Duration = Duration::from_millis(1_500);
/// Longest wait for a lock when other jobs can be done meanwhile.
pub(super) const BRIEF: Duration = Duration::from_millis(200);
/// Interval between two attempts to lock.
const LOOK: Duration = Duration::from_millis(2);

impl Base {
    fn lock_file(&self, kind: &str, name: &str) -> PathBuf {
        // Three digits: a limited number of files, which jobs share, so that none is ever deleted.
        // The same in every version.
        let digest = hex_digest(name.as_bytes());
        self.layout.shell("locks").join(format!("{kind}-{}", &digest[..3]))
    }

    /// Waits for one of the shell's locks, but not for a process that was suspended while it held
    /// it. A holder of several takes them in this order: cleanup, key, publish, record; and never
    /// two of one kind.
    pub(super) fn lock(&self, kind: &str, name: &str, patience: Duration) -> Result<Option<Lock>, StoreError> {
        self.prepare()?;
        let path = self.lock_file(kind, name);
        let (begin, mut seen, mut wait) = (Instant::now(), None, patience);
        loop {
            if let Some(lock) = self.try_lock(&path)? {
                return Ok(Some(lock));
            }
            if seen.is_none() {
                seen = Some(self.bytes(&path).unwrap_or_default().unwrap_or_default());
                if self.is_abandoned(kind, seen.as_deref().unwrap_or_default()) {
                    // A process that has just taken an idle lock has not written its note yet.
                    wait = wait.max(BRIEF);
                }
            }
            if begin.elapsed() >= wait {
                break;
            }
            std::thread::sleep(LOOK);
        }
        let seen = seen.unwrap_or_default();
        if self.is_abandoned(kind, &seen) { self.take_over(kind, &path, &seen) } else { Ok(None) }
    }

    fn try_lock(&self, path: &Path) -> Result<Option<Lock>, StoreError> {
        let lock = self.disk.lock(path, false).map_err(StoreError::io(path))?;
        if let Some(lock) = &lock {
            let BootTime { boot_id, boot_ms } = self.clock.boot();
            // Of constant length, so that it needs new disk space only the first time.
            lock.note(&format!("{:<96}\n", format!("{boot_ms} {} {boot_id}", std::process::id())));
        }
        Ok(lock)
    }

    /// Returns true if a lock has been held longer than a worker may be silent; `note` is the text
    /// of its holder.
    fn is_abandoned(&self, kind: &str, note: &[u8]) -> bool {
        let most = match kind {
            "cleanup" => self.settings.cleanup.at_most.saturating_add(self.settings.hung_after(Cleanup::NAME)),
            _ => self.settings.hung_after(Mix::NAME),
        };
        let since = || {
            let mut words = std::str::from_utf8(note).ok()?.trim_end().splitn(3, ' ');
            let (boot_ms, _process) = (words.next()?.parse().ok()?, words.next()?);
            let taken = BootTime { boot_id: words.next()?.to_owned(), boot_ms };
            self.clock.boot().since(&taken)
        };
        since().is_some_and(|held| held > most)
    }

    /// Puts a new file in place of the lock's, and locks it; `None` when another process was
    /// faster.
    fn take_over(&self, kind: &str, path: &Path, seen: &[u8]) -> Result<Option<Lock>, StoreError> {
        let breaking = self.layout.shell("locks").join("breaking");
        let Some(_breaking) = self.disk.lock(&breaking, false).map_err(StoreError::io(&breaking))? else {
            return Ok(None);
        };
        if let Some(lock) = self.try_lock(path)? {
            return Ok(Some(lock));
        }
        if self.bytes(path)?.as_deref() != Some(seen) {
            return Ok(None);
        }
        let fresh = path.with_extension("new");
        self.remove(&fresh)?;
        self.disk.write_new(&fresh, b"").map_err(StoreError::io(&fresh))?;
        self.disk.rename(&fresh, path).map_err(StoreError::io(path))?;
        let lock = self.try_lock(path)?;
        // Also when another process was faster: it reads what the old holder can no longer change.
        self.clear_pending(kind, path)?;
        Ok(lock)
    }

    /// Removes files that the old holder of a lock was about to put in place.
    fn clear_pending(&self, kind: &str, lock: &Path) -> Result<(), StoreError> {
        let mut folders = vec![self.layout.shell("")];
        match kind {
            "key" => folders = vec![self.layout.shell("keys")],
            "record" => {
                // A job is marked as active before anything of it is written.
                let jobs = active(self)?.into_iter().filter(|(_, job)| self.lock_file("record", job.as_str()) == lock);
                folders = vec![self.layout.index()];
                folders.extend(jobs.map(|(session, _)| self.layout.jobs(&session)));
            }
            _ => {}
        }
        for folder in folders {
            for entry in self.entries(&folder)?.into_iter().filter(|entry| entry.name.ends_with(TEMPORARY)) {
                let target = entry.name.strip_prefix('.').and_then(|rest| rest.split('.').next()).unwrap_or_default();
                let is_his = if kind == "record" || kind == "key" {
                    self.lock_file(kind, target) == lock
                } else {
                    target == kind
                };
                if is_his {
                    self.remove(&folder.join(&entry.name))?;
                }
            }
        }
        Ok(())
    }

    pub(super) fn lock_or_busy(&self, kind: &str, name: &str, patience: Duration) -> Result<Lock, StoreError> {
        self.lock(kind, name, patience)?.ok_or_else(|| StoreError::Busy(format!("{kind} {name}")))
    }

    pub(super) fn lock_record(&self, job: &JobId) -> Result<Lock, StoreError> {
        self.lock_or_busy("record", job.as_str(), PATIENCE)
    }

    /// Locks a record; gives up soon, for callers with other jobs to do.
    pub(super) fn lock_record_briefly(&self, job: &JobId) -> Result<Lock, StoreError> {
        self.lock_or_busy("record", job.as_str(), BRIEF)
    }

    pub(super) fn lock_publishing(&self, session: &SessionId) -> Result<Lock, StoreError> {
        self.lock_or_busy("publish", session.as_str(), PATIENCE)
    }
}

/// Returns an error if a lock was taken over.
pub(super) fn check(lock: &Lock, what: &Path) -> Result<(), StoreError> {
    if lock.is_current() { Ok(()) } else { Err(StoreError::Busy(what.display().to_string())) }
}
