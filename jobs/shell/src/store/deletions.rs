//! Deletion of a job: its result, its record, its index entry. Needs no free disk space.

use super::base::Base;
use super::index::{Index, ids};
use super::locks::check;
use super::records::Records;
use super::results::{Results, owner_time};
use super::{Deleted, LOG, StoreError, SyncPoint};
use crate::job::{JobId, Life, ParseError, Record, SessionId};
use std::collections::HashSet;
use std::sync::Arc;
use tracing::info;

/// The deletion of jobs, by request or when they expire.
#[derive(Clone)]
pub struct Deletions {
    pub(super) base: Arc<Base>,
    pub(super) index: Index,
    pub(super) records: Records,
    pub(super) results: Results,
}

impl Deletions {
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
        let (lock, owner) =
            match self.base.lock_publishing(session).and_then(|lock| Ok((lock, self.results.owner(session)?))) {
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
        self.index.journal.log_forgotten(missing.iter(), known);
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
        self.index.journal.count_deleted(&deleted, missing.iter());
        // Removes folders that are empty now; others stay.
        let _ = self.base.disk.remove_folder(&self.base.layout.results(session));
        let _ = self.base.disk.remove_folder(&self.base.layout.jobs(session));
        let _ = self.base.disk.remove_folder(&self.base.layout.session(session));
        drop(lock);
        deleted
    }

    pub(super) fn delete_set_aside(&self, session: &SessionId, job: &JobId) -> Result<Deleted, StoreError> {
        let _lock = self.base.lock_record(job)?;
        let mut jobs = 0;
        while let Some(path) = self.index.quarantine.set_aside_as(session, job) {
            self.base.remove(&path)?;
            jobs = 1;
        }
        self.base.remove(&self.base.layout.index_entry(job))?;
        Ok(Deleted { jobs, ..Deleted::default() })
    }

    fn mark_deleted(
        &self,
        session: &SessionId,
        job: &JobId,
        still: impl Fn(&Record) -> bool,
    ) -> Result<Option<Record>, StoreError> {
        let lock = self.base.lock_record(job)?;
        let record = match self.records.read_in(session, job) {
            Err(error) if error.is_missing() => return Ok(None),
            other => other?,
        };
        if !record.life.is_ended() || !still(&record) {
            return Ok(None);
        }
        let (from, to) = (self.base.layout.record(session, job), self.base.layout.deleted(session, job));
        check(&lock, &from)?;
        self.base.disk.rename(&from, &to).map_err(StoreError::io(&from))?;
        if let Err(taken) = check(&lock, &from) {
            // The job may be in use again since the lock was taken over.
            self.base.disk.rename(&to, &from).map_err(StoreError::io(&to))?;
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
            let folder = self.base.layout.jobs(session);
            self.base.disk.sync_folder(&folder, SyncPoint::Deletion).map_err(StoreError::io(&folder))?;
            freed = self.results.remove_results(record)?;
        }
        let _ = self.base.remove(&self.base.layout.beside(session, job, "progress"));
        self.base.remove(&self.base.layout.deleted(session, job))?;
        self.base.remove(&self.base.layout.index_entry(job))?;
        self.index.unmark_expiring(session, job);
        info!(target: LOG, job_id = %job, session_id = %session, state = %record.life, "job deleted");
        Ok(freed)
    }

    /// Finishes interrupted deletions; returns their number.
    pub(super) fn finish_deletions(&self, session: &SessionId) -> Result<u64, StoreError> {
        let Some(folder) = self.base.folder(self.base.layout.media(), &[session.as_str(), "jobs"])? else {
            return Ok(0);
        };
        let marked = |name: &str| name.strip_prefix('.')?.strip_suffix(".deleted")?.parse::<JobId>().ok();
        let jobs: Vec<_> = self.base.entries(&folder)?.iter().filter_map(|entry| marked(&entry.name)).collect();
        if jobs.is_empty() {
            return Ok(0);
        }
        let _lock = self.base.lock_publishing(session)?;
        let owner = self.results.owner(session)?;
        let mut records = Vec::new();
        for job in &jobs {
            let path = self.base.layout.deleted(session, job);
            let Some(bytes) = self.base.bytes(&path)? else { continue };
            match Record::parse(&bytes, session, job, &self.base.settings.kinds) {
                Ok(record) => records.push(record),
                Err(ParseError::Newer(_)) => {}
                Err(ParseError::Invalid(_)) => drop(self.base.remove(&path)),
            }
        }
        let last = records.iter().filter_map(owner_time).max();
        let known = self.index.journal.history()?.into_iter().map(|line| line.job_id).collect();
        self.index.journal.log_forgotten(records.iter(), &known);
        for record in &records {
            let time = owner_time(record);
            let owns = time.is_some() && time == last && owner.as_ref().is_none_or(|(at, _)| Some(*at) < time);
            self.clear_deleted(record, owns)?;
        }
        Ok(records.len() as u64)
    }

    /// Deletes the marked jobs that have expired; returns their number. Jobs that ended before the
    /// machine was restarted are left to the cleanup, which checks the time of day.
    ///
    /// # Errors
    /// When the marks cannot be read.
    pub fn delete_expired(&self) -> Result<u64, StoreError> {
        let mut due = Vec::new();
        for mark in self.base.entries(&self.base.layout.shell("expiring"))? {
            let Some((session, job)) = ids(&mark.name) else { continue };
            let Some(age) = self.index.age_of(&session, &job)? else { continue };
            match self.records.read_in(&session, &job) {
                Ok(record) => {
                    let kept = self.base.settings.policy.kept(&record.kind, record.life);
                    if kept.is_some_and(|kept| age > kept) {
                        due.push(record);
                    }
                }
                Err(error) if error.is_missing() => self.index.unmark_expiring(&session, &job),
                Err(_) => {}
            }
        }
        if due.is_empty() {
            return Ok(0);
        }
        let known = self.index.journal.history()?.into_iter().map(|line| line.job_id).collect();
        let mut count = 0;
        for record in due {
            let jobs = [record.job_id.clone()];
            count += self.delete(&record.session_id, &jobs, &known, |now| now.rev == record.rev).jobs;
        }
        Ok(count)
    }
}
