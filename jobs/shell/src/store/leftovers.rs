//! Remains of crashes beside the records, found and removed.

use super::disk::{EntryKind, Stat};
use super::layout::TEMPORARY;
use super::repair::Known;
use super::{Store, StoreError};
use crate::job::{JobId, Life, SessionId};
use jiff::SignedDuration;
use std::collections::HashMap;
use std::io::ErrorKind;

impl Store {
    /// Removes a file whose writer died. Writers of records hold the record's lock while such a
    /// file exists.
    pub(super) fn clear_temporary(&self, session: &SessionId, name: &str, look_only: bool) -> Result<u64, StoreError> {
        let job = name.strip_prefix('.').and_then(|rest| rest.split('.').next()).and_then(|id| id.parse().ok());
        let Some(job) = job else { return Ok(0) };
        if look_only {
            return Ok(1);
        }
        let _lock = self.lock_record_briefly(&job)?;
        self.remove(&self.places.jobs(session).join(name)).map(u64::from)
    }

    /// Removes the progress of a job that no longer runs: its worker died after the job's last
    /// change.
    pub(super) fn clear_progress(&self, session: &SessionId, name: &str, look_only: bool) -> Result<u64, StoreError> {
        let job = name.strip_prefix('.').and_then(|rest| rest.strip_suffix(".progress")).and_then(|id| id.parse().ok());
        let Some(job) = job else { return Ok(0) };
        let _lock = if look_only { None } else { Some(self.lock_record_briefly(&job)?) };
        match self.read_in(session, &job) {
            Ok(record) if record.life.is_running() => Ok(0),
            Err(error) if !error.is_missing() => Ok(0),
            _ if look_only => Ok(1),
            _ => self.remove(&self.places.jobs(session).join(name)).map(u64::from),
        }
    }

    pub(super) fn clear_index(
        &self,
        known: &Known,
        alive: &HashMap<JobId, u32>,
        look_only: bool,
    ) -> Result<u64, StoreError> {
        let mut count = 0;
        for job in known.indexed.iter().filter(|job| !alive.contains_key(job)) {
            let missing = || matches!(self.read(job), Err(StoreError::NotFound(_) | StoreError::Expired(_)));
            if !missing() {
                continue;
            }
            if look_only {
                count += 1;
            } else {
                let _lock = self.lock_record_briefly(job)?;
                count += u64::from(missing() && self.remove(&self.places.index_entry(job))?);
            }
        }
        Ok(count)
    }

    pub(super) fn clear_leases(&self, alive: &HashMap<JobId, u32>, look_only: bool) -> Result<u64, StoreError> {
        let mut count = 0;
        for entry in self.entries(&self.places.shell("leases"))? {
            let Ok(job) = entry.name.parse::<JobId>() else { continue };
            if alive.get(&job).is_some_and(|attempt| *attempt > 0) {
                continue;
            }
            let _lock = self.lock_record_briefly(&job)?;
            let path = self.lease_file(&job);
            if self.disk.lock(&path, false).map_err(StoreError::io(&path))?.is_some() {
                count += 1;
                if !look_only {
                    self.remove(&path)?;
                }
            }
        }
        Ok(count)
    }

    /// Removes folders of attempts that are over.
    pub(super) fn clear_staging(&self, alive: &HashMap<JobId, u32>, look_only: bool) -> Result<u64, StoreError> {
        let mut count = 0;
        if self.folder(self.places.storage(), &["mix_outputs"])?.is_none() {
            return Ok(0);
        }
        for folder in
            self.entries(&self.places.all_results())?.into_iter().filter(|entry| entry.kind == EntryKind::Folder)
        {
            let Ok(session) = folder.name.parse::<SessionId>() else { continue };
            for entry in self.entries(&self.places.results(&session))? {
                let Some((job, attempt)) = attempt_of(&entry.name) else { continue };
                if alive.get(&job) == Some(&attempt) && attempt > 0 {
                    continue;
                }
                let _lock = self.lock_record_briefly(&job)?;
                // It may have been claimed since the records were read.
                let needed = match self.read_in(&session, &job) {
                    Ok(record) => record.life.is_running() && record.attempt == attempt,
                    Err(error) => matches!(error, StoreError::Newer { .. }),
                };
                if !needed {
                    count += 1;
                    if !look_only {
                        self.remove_staging(&self.places.results(&session).join(&entry.name))?;
                    }
                }
            }
        }
        Ok(count)
    }

    /// Removes files of the shell whose writers died. A writer holds the lock named with the
    /// folder. For folders without a lock, an hour is longer than any write.
    pub(super) fn clear_shell(&self, look_only: bool) -> Result<u64, StoreError> {
        let mut count = 0;
        let folders = [
            (self.places.index(), Some("record")),
            (self.places.shell("keys"), Some("key")),
            (self.places.shell("expiring"), None),
            (self.places.shell(""), None),
        ];
        for (folder, kind) in folders {
            for entry in self.entries(&folder)? {
                if entry.kind != EntryKind::File || !entry.name.ends_with(TEMPORARY) {
                    continue;
                }
                let path = folder.join(&entry.name);
                let old = |modified| self.now().duration_since(modified) > SignedDuration::from_hours(1);
                let target = entry.name.strip_prefix('.').and_then(|rest| rest.split('.').next()).unwrap_or_default();
                let is_left = match kind {
                    _ if look_only => true,
                    Some(kind) => {
                        let _lock = self.lock_or_busy(kind, target, super::locks::BRIEF)?;
                        self.remove(&path)?
                    }
                    None if self.disk.stat(&path).is_ok_and(|stat| old(stat.modified)) => self.remove(&path)?,
                    None => false,
                };
                count += u64::from(is_left);
            }
        }
        Ok(count)
    }

    /// Removes notes of keys whose jobs no longer exist.
    pub(super) fn clear_keys(&self, alive: &HashMap<JobId, u32>, look_only: bool) -> Result<u64, StoreError> {
        let mut count = 0;
        let folder = self.places.shell("keys");
        for entry in self.entries(&folder)? {
            let path = folder.join(&entry.name);
            let name = entry.name.trim_end_matches(".json");
            let note = |bytes: &[u8]| {
                let note: serde_json::Value = serde_json::from_slice(bytes).ok()?;
                note["job_id"].as_str()?.parse::<JobId>().ok()
            };
            let missing = || -> Result<bool, StoreError> {
                Ok(match self.bytes(&path)?.as_deref().and_then(note) {
                    Some(job) if alive.contains_key(&job) => false,
                    Some(job) => self.read(&job).is_err_and(|error| error.is_missing()),
                    None => true,
                })
            };
            if entry.name.starts_with('.') || !missing()? {
                continue;
            }
            let _lock = self.lock_or_busy("key", name, super::locks::BRIEF)?;
            if missing()? {
                count += 1;
                if !look_only {
                    self.remove(&path)?;
                }
            }
        }
        Ok(count)
    }

    /// Returns results without a record that were written longer ago than results are kept, with
    /// their bytes. Sessions with quarantined records keep theirs, since one of those may own it.
    pub(crate) fn ownerless_results(&self) -> Result<Vec<(SessionId, u64)>, StoreError> {
        let owners = self.settings.kinds.iter().filter(|kind| kind.has_result());
        let keep = owners.filter_map(|kind| self.settings.policy.kept(kind, Life::Complete)).max();
        let before = keep.and_then(|keep| self.now().checked_sub(keep).ok());
        let mut found = Vec::new();
        if self.folder(self.places.storage(), &["mix_outputs"])?.is_none() {
            return Ok(found);
        }
        for folder in
            self.entries(&self.places.all_results())?.into_iter().filter(|entry| entry.kind == EntryKind::Folder)
        {
            let Ok(session) = folder.name.parse::<SessionId>() else { continue };
            let mut master = None;
            for path in self.places.masters(&session) {
                match self.disk.stat(&path) {
                    Ok(stat) => master = master.or(Some(stat)),
                    Err(error) if error.kind() == ErrorKind::NotFound => {}
                    Err(error) => return Err(StoreError::io(&path)(error)),
                }
            }
            let old = |stat: &Stat| stat.kind == EntryKind::File && before.is_some_and(|before| stat.modified < before);
            let Some(stat) = master.filter(old) else { continue };
            if self.jobs_of(&session)?.is_empty() && self.quarantined(&session)? == 0 {
                found.push((session, stat.bytes));
            }
        }
        Ok(found)
    }

    /// Removes such a result, if the session still has no record.
    pub(crate) fn remove_ownerless(&self, session: &SessionId) -> Result<bool, StoreError> {
        let _lock = self.lock_publishing(session)?;
        Ok(self.jobs_of(session)?.is_empty() && self.remove_result_files(session, &[])?.is_some())
    }
}

/// Returns the job and attempt of a staging folder's name.
fn attempt_of(name: &str) -> Option<(JobId, u32)> {
    let (job, attempt) = name.strip_prefix('.')?.split_once('.')?;
    Some((job.parse().ok()?, attempt.parse().ok()?))
}
