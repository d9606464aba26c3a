//! Deletion of a job: its result, its record, its index entry. Needs no free disk space.

use super::disk::SyncPoint;
use super::layout::{MASTERS, is_master};
use super::locks::check;
use super::publish::owner_time;
use super::{LOG, Store, StoreError};
use crate::job::{JobId, Life, ParseError, Record, SessionId};
use jiff::Timestamp;
use std::collections::HashSet;
use tracing::info;

/// Outcome of a deletion.
#[derive(Debug, Default)]
pub struct Deleted {
    /// Number of jobs.
    pub jobs: u64,
    /// Number of results.
    pub results: u64,
    /// Bytes of results.
    pub bytes: u64,
    /// Errors of items that could not be deleted.
    pub errors: Vec<StoreError>,
}

/// Files that a render writes beside its master, for records that do not list them.
const SIDE_FILES: [&str; 6] =
    ["waveform.dat", "waveform.json", "spectrum.json", "meters.json", "report.json", "report.html"];

impl Store {
    /// Deletes those jobs of one session for which `still` returns true when their turn comes;
    /// `known` are the jobs in the history. A result is deleted with the complete job that owns it,
    /// and with no other.
    ///
    /// A record is first renamed to a name that no job has: this deletes the job. The remains can
    /// be cleared at any time.
    pub fn delete(
        &self,
        session: &SessionId,
        jobs: &[JobId],
        known: &HashSet<JobId>,
        still: impl Fn(&Record) -> bool,
    ) -> Deleted {
        let mut deleted = Deleted::default();
        let (lock, owner) = match self.lock_publishing(session).and_then(|lock| Ok((lock, self.owner(session)?))) {
            Ok(found) => found,
            Err(error) => return Deleted { errors: vec![error], ..deleted },
        };
        let mut missing = Vec::new();
        for job in jobs {
            match self.mark_deleted(session, job, &still) {
                Ok(record) => missing.extend(record),
                Err(error) => deleted.errors.push(error),
            }
        }
        self.log_forgotten(missing.iter(), known);
        for record in &missing {
            let owns = owner.as_ref().is_some_and(|(_, owner)| *owner == record.job_id);
            match self.clear_deleted(record, owns) {
                Ok(freed) => {
                    deleted.jobs += 1;
                    deleted.results += u64::from(freed.is_some());
                    deleted.bytes += freed.unwrap_or(0);
                }
                Err(error) => deleted.errors.push(error),
            }
        }
        self.count_deleted(&deleted, missing.iter());
        // Removes folders that are empty now; others stay.
        let _ = self.disk.remove_folder(&self.places.results(session));
        let _ = self.disk.remove_folder(&self.places.jobs(session));
        let _ = self.disk.remove_folder(&self.places.session(session));
        drop(lock);
        deleted
    }

    /// Deletes one job of any age: its record, its index entry and marks, its key, and the result
    /// that it owns. A waiting job is cancelled first.
    ///
    /// # Errors
    /// When there is no such job, a worker has it, or a part of it cannot be deleted.
    pub fn delete_one(&self, job: &JobId) -> Result<Deleted, StoreError> {
        let session = self.session_of(job)?;
        let mut record = match self.read_in(&session, job) {
            Err(StoreError::SetAside { .. }) => return self.delete_set_aside(&session, job),
            found => found?,
        };
        if record.life.is_running() {
            self.rescue(&session, job)?;
            record = self.read_in(&session, job)?;
        }
        if record.life.is_running() {
            return Err(StoreError::Running { job: job.clone(), stage: record.stage_name() });
        }
        if !record.life.is_ended() {
            record = self.cancel(job)?;
        }
        let known = self.history()?.into_iter().map(|line| line.job_id).collect();
        let mut deleted = self.delete(&session, std::slice::from_ref(job), &known, |now| now.rev == record.rev);
        if let Some(error) = deleted.errors.pop() {
            return Err(error);
        }
        if deleted.jobs == 0 {
            // It has been deleted or queued again in the meantime.
            let found = self.read_in(&session, job)?.rev;
            return Err(StoreError::Conflict { job: job.clone(), expected: record.rev, found });
        }
        if let Some(idempotency) = &record.idempotency {
            self.free_key(&idempotency.key, job)?;
        }
        Ok(deleted)
    }

    fn delete_set_aside(&self, session: &SessionId, job: &JobId) -> Result<Deleted, StoreError> {
        let _lock = self.lock_record(job)?;
        let mut jobs = 0;
        while let Some(path) = self.set_aside_as(session, job) {
            self.remove(&path)?;
            jobs = 1;
        }
        self.remove(&self.places.index_entry(job))?;
        Ok(Deleted { jobs, ..Deleted::default() })
    }

    /// Returns the complete job that owns the session's result, and since when.
    fn owner(&self, session: &SessionId) -> Result<Option<(Timestamp, JobId)>, StoreError> {
        let mut last = None;
        for job in self.jobs_of(session)? {
            match self.read_in(session, &job) {
                Ok(record) => last = last.max(owner_time(&record).map(|time| (time, job))),
                // The result may belong to a newer version: then it is not to be deleted.
                Err(StoreError::Newer { .. }) => return Ok(None),
                Err(_) => {}
            }
        }
        Ok(last)
    }

    /// Returns the number and bytes of the results that deleting these jobs would free.
    pub(crate) fn would_free(&self, session: &SessionId, jobs: &[JobId]) -> (u64, u64) {
        let owned = self.owner(session).ok().flatten().is_some_and(|(_, owner)| jobs.contains(&owner));
        let folder = self.folder(self.places.storage(), &["mix_outputs", session.as_str()]).ok().flatten();
        let (true, Some(folder)) = (owned, folder) else { return (0, 0) };
        let size = |name: &str| self.disk.stat(&folder.join(name)).ok().map(|stat| stat.bytes);
        let beside: u64 = SIDE_FILES.iter().filter_map(|name| size(name)).sum();
        MASTERS.into_iter().find_map(size).map_or((0, 0), |bytes| (1, bytes + beside))
    }

    fn mark_deleted(
        &self,
        session: &SessionId,
        job: &JobId,
        still: impl Fn(&Record) -> bool,
    ) -> Result<Option<Record>, StoreError> {
        let lock = self.lock_record(job)?;
        let record = match self.read_in(session, job) {
            Err(error) if error.is_missing() => return Ok(None),
            other => other?,
        };
        if !record.life.is_ended() || !still(&record) {
            return Ok(None);
        }
        let (from, to) = (self.places.record(session, job), self.places.deleted(session, job));
        check(&lock, &from)?;
        self.disk.rename(&from, &to).map_err(StoreError::io(&from))?;
        if let Err(taken) = check(&lock, &from) {
            // The job may be in use again since the lock was taken over.
            self.disk.rename(&to, &from).map_err(StoreError::io(&to))?;
            return Err(taken);
        }
        Ok(Some(record))
    }

    /// Clears the remains of a job that was marked as deleted; returns the bytes of its result, if
    /// it owned one.
    fn clear_deleted(&self, record: &Record, owns: bool) -> Result<Option<u64>, StoreError> {
        let (session, job) = (&record.session_id, &record.job_id);
        let mut freed = None;
        if owns && record.life == Life::Complete && record.kind.has_result() {
            // Otherwise a power loss could restore the record, but not its result.
            let folder = self.places.jobs(session);
            self.disk.sync_folder(&folder, SyncPoint::Deletion).map_err(StoreError::io(&folder))?;
            freed = self.remove_results(record)?;
        }
        let _ = self.remove(&self.places.beside(session, job, "progress"));
        self.remove(&self.places.deleted(session, job))?;
        self.remove(&self.places.index_entry(job))?;
        self.unmark_expiring(session, job);
        info!(target: LOG, job_id = %job, session_id = %session, state = %record.life, "job deleted");
        Ok(freed)
    }

    fn remove_results(&self, record: &Record) -> Result<Option<u64>, StoreError> {
        let named = record.extra.get("files").and_then(|files| files.as_array()).into_iter().flatten();
        let named: Vec<_> = named.filter_map(|name| name.as_str()).filter(|name| plain_name(name)).collect();
        self.remove_result_files(&record.session_id, &named)
    }

    /// Removes a session's master and the files beside it; returns the bytes freed, if there was a
    /// master.
    pub(super) fn remove_result_files(&self, session: &SessionId, named: &[&str]) -> Result<Option<u64>, StoreError> {
        let Some(folder) = self.folder(self.places.storage(), &["mix_outputs", session.as_str()])? else {
            return Ok(None);
        };
        let names: HashSet<&str> = named.iter().copied().chain(SIDE_FILES).filter(|name| !is_master(name)).collect();
        let (mut bytes, mut had_master) = (0, false);
        // The master last: the result exists as long as its master does.
        for name in names.into_iter().chain(MASTERS) {
            let path = folder.join(name);
            let size = self.disk.stat(&path).map_or(0, |stat| stat.bytes);
            if self.remove(&path)? {
                bytes += size;
                had_master |= is_master(name);
            }
        }
        let _ = self.disk.remove_folder(&folder);
        Ok(had_master.then_some(bytes))
    }

    /// Finishes interrupted deletions; returns their number.
    pub(super) fn finish_deletions(&self, session: &SessionId) -> Result<u64, StoreError> {
        let Some(folder) = self.folder(self.places.media(), &[session.as_str(), "jobs"])? else { return Ok(0) };
        let marked = |name: &str| name.strip_prefix('.')?.strip_suffix(".deleted")?.parse::<JobId>().ok();
        let jobs: Vec<_> = self.entries(&folder)?.iter().filter_map(|entry| marked(&entry.name)).collect();
        if jobs.is_empty() {
            return Ok(0);
        }
        let _lock = self.lock_publishing(session)?;
        let owner = self.owner(session)?;
        let mut records = Vec::new();
        for job in &jobs {
            let path = self.places.deleted(session, job);
            let Some(bytes) = self.bytes(&path)? else { continue };
            match Record::parse(&bytes, session, job, &self.settings.kinds) {
                Ok(record) => records.push(record),
                Err(ParseError::Newer(_)) => {}
                Err(ParseError::Invalid(_)) => drop(self.remove(&path)),
            }
        }
        let last = records.iter().filter_map(owner_time).max();
        let known = self.history()?.into_iter().map(|line| line.job_id).collect();
        self.log_forgotten(records.iter(), &known);
        for record in &records {
            let time = owner_time(record);
            let owns = time.is_some() && time == last && owner.as_ref().is_none_or(|(at, _)| Some(*at) < time);
            self.clear_deleted(record, owns)?;
        }
        Ok(records.len() as u64)
    }
}

fn plain_name(name: &str) -> bool {
    !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\', '\0'])
}
