//! Staged files get their names, by the worker or by a rescue.

use super::{Results, owner_time};
use crate::job::{Actor, JobId, Life, Record, SessionId};
use crate::store::layout::{MASTERS, is_master, master_name};
use crate::store::locks::check;
use crate::store::{EntryKind, Lock, StoreError, SyncPoint};
use jiff::{SignedDuration, Timestamp};
use std::io::ErrorKind;
use std::path::Path;

impl Results {
    /// Checks that a file can take this name.
    pub(in crate::store) fn check_way(&self, path: &Path) -> Result<(), StoreError> {
        match self.base.disk.stat(path) {
            Ok(stat) if stat.kind == EntryKind::Folder => Err(StoreError::InTheWay(path.into())),
            _ => Ok(()),
        }
    }

    /// Gives staged files their names: the master first, since it alone decides whose result this
    /// is. An earlier mix's master in another container is removed. A file beside it whose path is
    /// blocked is left out: the master is in place by then.
    pub(in crate::store) fn move_into_place(
        &self,
        session: &SessionId,
        staging: &Path,
        master: &str,
        lock: &Lock,
    ) -> Result<(), StoreError> {
        let results = self.base.layout.results(session);
        let mut names: Vec<_> = self.base.entries(staging)?.into_iter().map(|entry| entry.name).collect();
        names.sort_by_key(|name| !is_master(name));
        for name in names {
            let to = results.join(&name);
            check(lock, &to)?;
            let moved = self.base.disk.rename(&staging.join(&name), &to);
            if moved.is_err() {
                match self.check_way(&to) {
                    Err(_) if !is_master(&name) => continue,
                    way => way?,
                }
            }
            moved.map_err(StoreError::io(&to))?;
        }
        for other in MASTERS.into_iter().filter(|other| *other != master) {
            let path = results.join(other);
            if lock.is_current() && self.check_way(&path).is_ok() {
                self.base.remove(&path)?;
            }
        }
        self.base.disk.sync_folder(&results, SyncPoint::ResultNames).map_err(StoreError::io(&results))
    }

    /// Puts the staged files of a dead worker in place; returns true if the result is then the one
    /// in its record.
    pub(in crate::store) fn finish_publishing(&self, record: &Record, lock: &Lock) -> Result<bool, StoreError> {
        let Some(result) = &record.result else { return Ok(false) };
        let (session, job) = (&record.session_id, &record.job_id);
        if self.base.folder(self.base.layout.storage(), &["mix_outputs", session.as_str()])?.is_none() {
            return Ok(false);
        }
        let staging = self.base.layout.staging(session, job, record.attempt);
        let staged = staging.join(master_name(record.result.as_ref()));
        // Power may have failed before the staged names were durable.
        let lies = if self.base.disk.stat(&staged).is_ok() { staged } else { self.base.layout.master(record) };
        match self.hash(&lies) {
            Ok(found) if found.sha256 == result.sha256 && found.bytes == result.bytes => {
                self.move_into_place(session, &staging, master_name(record.result.as_ref()), lock)?;
                Ok(true)
            }
            Ok(_) => Ok(false),
            Err(StoreError::Io { source, .. }) if source.kind() == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Returns the end of the session's last completed mix, which must precede the next one's
    /// whatever the clock does.
    pub(in crate::store) fn last_completion(
        &self,
        session: &SessionId,
        except: &JobId,
    ) -> Result<Option<Timestamp>, StoreError> {
        let others = self.index.jobs_of(session)?.into_iter().filter(|job| job != except);
        Ok(others.filter_map(|job| owner_time(&self.records.read_in(session, &job).ok()?)).max())
    }
}

/// Ends a job as complete, later than `after`: the end of the job that owned the result before.
pub(in crate::store) fn complete(
    record: &mut Record,
    by: Actor,
    now: Timestamp,
    after: Option<Timestamp>,
    job: &JobId,
) -> Result<(), StoreError> {
    record.transition(Life::Complete, by, now).map_err(StoreError::illegal(job))?;
    if let Some(after) = after.filter(|after| *after >= now) {
        // At the end of time the two ends are equal; a job that ended always has one.
        record.finished_at = Some(after.checked_add(SignedDuration::from_micros(1)).unwrap_or(after));
    }
    Ok(())
}
