//! Results: written to a staging folder, then put in place together with the job's completion.

use super::disk::{EntryKind, Lock, SyncPoint};
use super::layout::{FINAL_MIX, MASTERS, is_master, master_name};
use super::locks::check;
use super::{Claim, Store, StoreError};
use crate::job::{Actor, HashedBytes, JobId, JobResult, Life, Record, SessionId, hash_reader};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// A folder for the files of an attempt.
#[derive(Clone, Debug)]
pub struct Staged {
    /// The folder; empty at first.
    pub folder: PathBuf,
}

impl Store {
    /// Creates the folder that an attempt writes to.
    ///
    /// # Errors
    /// When it cannot be created, or a link stands in its way.
    pub fn stage(&self, claim: &Claim) -> Result<Staged, StoreError> {
        let (session, record) = (&claim.record.session_id, &claim.record);
        let folder = self.places.staging(session, &record.job_id, record.attempt);
        let mut tries = 3;
        loop {
            self.ensure_durable(self.places.storage(), &["mix_outputs", session.as_str()])?;
            match self.disk.make_folder(&folder) {
                Ok(()) => return Ok(Staged { folder }),
                // A cleanup has just removed the empty folder.
                Err(error) if error.kind() == ErrorKind::NotFound && tries > 0 => tries -= 1,
                // A graceful stop gave this attempt's number back.
                Err(error) if error.kind() == ErrorKind::AlreadyExists && tries > 0 => {
                    tries -= 1;
                    self.remove_staging(&folder)?;
                }
                Err(error) => return Err(StoreError::io(&folder)(error)),
            }
        }
    }

    /// Removes a staging folder, or anything else of its name; links are not followed.
    pub(super) fn remove_staging(&self, folder: &Path) -> Result<(), StoreError> {
        let removed = match self.disk.stat(folder).map(|stat| stat.kind) {
            Ok(EntryKind::Folder) => self.disk.remove_tree(folder),
            Ok(_) => self.disk.remove_file(folder),
            Err(error) => Err(error),
        };
        match removed {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(StoreError::io(folder)(error)),
            _ => Ok(()),
        }
    }

    /// Ends the job as complete, with the staged files put in place if its type has a result. The
    /// last job to do so owns the session's result.
    ///
    /// The record first lists the future files, so that any process that finds the job half done
    /// can finish it. At no moment is there a file that belongs to no job.
    ///
    /// # Errors
    /// When the job no longer belongs to this worker, or the disk fails. A later rescue completes
    /// the steps that the disk refused.
    pub fn publish(
        &self,
        claim: &mut Claim,
        staged: Option<&Staged>,
        extra: Map<String, Value>,
    ) -> Result<(), StoreError> {
        let (session, job) = (claim.record.session_id.clone(), claim.record.job_id.clone());
        let Some(staged) = staged else {
            return self.write(claim, |record, now| {
                record.extra.extend(extra);
                complete(record, Actor::Worker, now, None, &job)
            });
        };
        let mut files = Vec::new();
        for entry in self.entries(&staged.folder)? {
            let path = staged.folder.join(&entry.name);
            if entry.kind != EntryKind::File || entry.name.starts_with('.') {
                return Err(StoreError::Planted(path));
            }
            self.disk.sync_file(&path, SyncPoint::ResultBytes).map_err(StoreError::io(&path))?;
            files.push(Value::from(entry.name));
        }
        let written = MASTERS.into_iter().find(|master| files.iter().any(|file| file == master));
        let master = written.unwrap_or(FINAL_MIX);
        let HashedBytes { bytes, sha256 } = self.hash(&staged.folder.join(master))?;
        let result = JobResult::new(format!("mix_outputs/{session}/{master}"), bytes, sha256);
        let publishing = self.lock_publishing(&session)?;
        self.settle_others(&session, &job, &publishing)?;
        for name in files.iter().filter_map(Value::as_str) {
            self.check_way(&self.places.results(&session).join(name))?;
        }
        self.write(claim, |record, _| {
            if let Some(last) = record.kind.last_stage().filter(|last| record.stage != Some(last)) {
                record.enter(last).map_err(StoreError::illegal(&job))?;
            }
            record.advance(99);
            record.result = Some(result);
            record.extra.insert("files".into(), files.into());
            record.extra.extend(extra);
            Ok(())
        })?;
        self.move_into_place(&session, &staged.folder, master, &publishing)?;
        let after = self.last_completion(&session, &job)?;
        self.write(claim, |record, now| complete(record, Actor::Worker, now, after, &job))?;
        let _ = self.remove_staging(&staged.folder);
        Ok(())
    }

    /// Checks that a file can take this name.
    fn check_way(&self, path: &Path) -> Result<(), StoreError> {
        match self.disk.stat(path) {
            Ok(stat) if stat.kind == EntryKind::Folder => Err(StoreError::InTheWay(path.into())),
            _ => Ok(()),
        }
    }

    /// Finishes publications begun by dead workers of the session. Under the publishing lock, so
    /// that no live one exists.
    fn settle_others(&self, session: &SessionId, me: &JobId, publishing: &Lock) -> Result<(), StoreError> {
        for (other, job) in self.active()?.into_iter().filter(|(other, job)| other == session && job != me) {
            if self.read_in(&other, &job).is_ok_and(|record| record.is_publishing()) {
                self.rescue_settled(&other, &job, Some(publishing))?;
            }
        }
        Ok(())
    }

    /// Gives staged files their names: the master first, since it alone decides whose result this
    /// is. An earlier mix's master in another container is removed. A file beside it whose path is
    /// blocked is left out: the master is in place by then.
    pub(super) fn move_into_place(
        &self,
        session: &SessionId,
        staging: &Path,
        master: &str,
        lock: &Lock,
    ) -> Result<(), StoreError> {
        let results = self.places.results(session);
        let mut names: Vec<_> = self.entries(staging)?.into_iter().map(|entry| entry.name).collect();
        names.sort_by_key(|name| !is_master(name));
        for name in names {
            let to = results.join(&name);
            check(lock, &to)?;
            let moved = self.disk.rename(&staging.join(&name), &to);
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
                self.remove(&path)?;
            }
        }
        self.disk.sync_folder(&results, SyncPoint::ResultNames).map_err(StoreError::io(&results))
    }

    /// Puts the staged files of a dead worker in place; returns true if the result is then the one
    /// in its record.
    pub(super) fn finish_publishing(&self, record: &Record, lock: &Lock) -> Result<bool, StoreError> {
        let Some(result) = &record.result else { return Ok(false) };
        let (session, job) = (&record.session_id, &record.job_id);
        if self.folder(self.places.storage(), &["mix_outputs", session.as_str()])?.is_none() {
            return Ok(false);
        }
        let staging = self.places.staging(session, job, record.attempt);
        let staged = staging.join(master_name(record.result.as_ref()));
        // Power may have failed before the staged names were durable.
        let lies = if self.disk.stat(&staged).is_ok() { staged } else { self.places.master(record) };
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

    fn hash(&self, path: &Path) -> Result<HashedBytes, StoreError> {
        self.disk.open(path).and_then(hash_reader).map_err(StoreError::io(path))
    }

    /// Returns the end of the session's last completed mix, which must precede the next one's
    /// whatever the clock does.
    pub(super) fn last_completion(&self, session: &SessionId, except: &JobId) -> Result<Option<Timestamp>, StoreError> {
        let others = self.jobs_of(session)?.into_iter().filter(|job| job != except);
        Ok(others.filter_map(|job| owner_time(&self.read_in(session, &job).ok()?)).max())
    }
}

/// Returns the time when a job became the owner of its session's result, if it did.
pub(super) fn owner_time(record: &Record) -> Option<Timestamp> {
    record.finished_at.filter(|_| record.life == Life::Complete && record.kind.has_result())
}

pub(super) fn complete(
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
