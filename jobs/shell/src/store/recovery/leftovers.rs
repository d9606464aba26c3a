//! Remains of crashes beside the records, found and removed.

use super::Recovery;
use super::repair::Known;
use crate::job::{JobId, SessionId};
use crate::store::layout::TEMPORARY;
use crate::store::locks::BRIEF;
use crate::store::{EntryKind, StoreError};
use jiff::SignedDuration;
use std::collections::HashMap;

impl Recovery {
    /// Removes a file whose writer died. Writers of records hold the record's lock while such a
    /// file exists.
    pub(super) fn clear_temporary(&self, session: &SessionId, name: &str, look_only: bool) -> Result<u64, StoreError> {
        let job = name.strip_prefix('.').and_then(|rest| rest.split('.').next()).and_then(|id| id.parse().ok());
        let Some(job) = job else { return Ok(0) };
        if look_only {
            return Ok(1);
        }
        let _lock = self.base.lock_record_briefly(&job)?;
        self.base.remove(&self.base.layout.jobs(session).join(name)).map(u64::from)
    }

    /// Removes the progress of a job that no longer runs: its worker died after the job's last
    /// change.
    pub(super) fn clear_progress(&self, session: &SessionId, name: &str, look_only: bool) -> Result<u64, StoreError> {
        let job = name.strip_prefix('.').and_then(|rest| rest.strip_suffix(".progress")).and_then(|id| id.parse().ok());
        let Some(job) = job else { return Ok(0) };
        let _lock = if look_only { None } else { Some(self.base.lock_record_briefly(&job)?) };
        match self.records.read_in(session, &job) {
            Ok(record) if record.life.is_running() => Ok(0),
            Err(error) if !error.is_missing() => Ok(0),
            _ if look_only => Ok(1),
            _ => self.base.remove(&self.base.layout.jobs(session).join(name)).map(u64::from),
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
            let is_missing =
                |error| matches!(error, StoreError::NotFound(_) | StoreError::Expired(_) | StoreError::Deleted(_));
            let missing = || self.records.read(job).is_err_and(is_missing);
            if !missing() {
                continue;
            }
            if look_only {
                count += 1;
            } else {
                let _lock = self.base.lock_record_briefly(job)?;
                count += u64::from(missing() && self.base.remove(&self.base.layout.index_entry(job))?);
            }
        }
        Ok(count)
    }

    pub(super) fn clear_leases(&self, alive: &HashMap<JobId, u32>, look_only: bool) -> Result<u64, StoreError> {
        let mut count = 0;
        for entry in self.base.entries(&self.base.layout.shell("leases"))? {
            let Ok(job) = entry.name.parse::<JobId>() else { continue };
            if alive.get(&job).is_some_and(|attempt| *attempt > 0) {
                continue;
            }
            let _lock = self.base.lock_record_briefly(&job)?;
            let path = self.leases.lease_file(&job);
            if self.base.disk.lock(&path, false).map_err(StoreError::io(&path))?.is_some() {
                count += 1;
                if !look_only {
                    self.base.remove(&path)?;
                }
            }
        }
        Ok(count)
    }

    /// Removes folders of attempts that are over.
    pub(super) fn clear_staging(&self, alive: &HashMap<JobId, u32>, look_only: bool) -> Result<u64, StoreError> {
        let mut count = 0;
        if self.base.folder(self.base.layout.storage(), &["mix_outputs"])?.is_none() {
            return Ok(0);
        }
        for folder in self
            .base
            .entries(&self.base.layout.all_results())?
            .into_iter()
            .filter(|entry| entry.kind == EntryKind::Folder)
        {
            let Ok(session) = folder.name.parse::<SessionId>() else { continue };
            for entry in self.base.entries(&self.base.layout.results(&session))? {
                let Some((job, attempt)) = attempt_of(&entry.name) else { continue };
                if alive.get(&job) == Some(&attempt) && attempt > 0 {
                    continue;
                }
                let _lock = self.base.lock_record_briefly(&job)?;
                // It may have been claimed since the records were read.
                let needed = match self.records.read_in(&session, &job) {
                    Ok(record) => record.life.is_running() && record.attempt == attempt,
                    Err(error) => matches!(error, StoreError::Newer { .. }),
                };
                if !needed {
                    count += 1;
                    if !look_only {
                        self.results.remove_staging(&self.base.layout.results(&session).join(&entry.name))?;
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
            (self.base.layout.index(), Some("record")),
            (self.base.layout.shell("keys"), Some("key")),
            (self.base.layout.shell("expiring"), None),
            (self.base.layout.shell(""), None),
        ];
        for (folder, kind) in folders {
            for entry in self.base.entries(&folder)? {
                if entry.kind != EntryKind::File || !entry.name.ends_with(TEMPORARY) {
                    continue;
                }
                let path = folder.join(&entry.name);
                let old = |modified| self.base.now().duration_since(modified) > SignedDuration::from_hours(1);
                let target = entry.name.strip_prefix('.').and_then(|rest| rest.split('.').next()).unwrap_or_default();
                let is_left = match kind {
                    _ if look_only => true,
                    Some(kind) => {
                        let _lock = self.base.lock_or_busy(kind, target, BRIEF)?;
                        self.base.remove(&path)?
                    }
                    None if self.base.disk.stat(&path).is_ok_and(|stat| old(stat.modified)) => {
                        self.base.remove(&path)?
                    }
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
        let folder = self.base.layout.shell("keys");
        for entry in self.base.entries(&folder)? {
            let path = folder.join(&entry.name);
            let name = entry.name.trim_end_matches(".json");
            let note = |bytes: &[u8]| {
                let note: serde_json::Value = serde_json::from_slice(bytes).ok()?;
                note["job_id"].as_str()?.parse::<JobId>().ok()
            };
            let missing = || -> Result<bool, StoreError> {
                Ok(match self.base.bytes(&path)?.as_deref().and_then(note) {
                    Some(job) if alive.contains_key(&job) => false,
                    Some(job) => self.records.read(&job).is_err_and(|error| error.is_missing()),
                    None => true,
                })
            };
            if entry.name.starts_with('.') || !missing()? {
                continue;
            }
            let _lock = self.base.lock_or_busy("key", name, BRIEF)?;
            if missing()? {
                count += 1;
                if !look_only {
                    self.base.remove(&path)?;
                }
            }
        }
        Ok(count)
    }
}

/// Returns the job and attempt of a staging folder's name.
fn attempt_of(name: &str) -> Option<(JobId, u32)> {
    let (job, attempt) = name.strip_prefix('.')?.split_once('.')?;
    Some((job.parse().ok()?, attempt.parse().ok()?))
}
