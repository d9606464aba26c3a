//! Removal of results, each with the job that owns it.

use super::Results;
use crate::job::{JobId, Life, Record, SessionId};
use crate::store::layout::{MASTERS, is_master};
use crate::store::{EntryKind, Stat, StoreError};
use jiff::Timestamp;
use std::collections::HashSet;
use std::io::ErrorKind;

/// Files that a render writes beside its master, for records that do not list them.
const SIDE_FILES: [&str; 6] =
    ["waveform.dat", "waveform.json", "spectrum.json", "meters.json", "report.json", "report.html"];

/// Returns the time when a job became the owner of its session's result, if it did.
pub(in crate::store) fn owner_time(record: &Record) -> Option<Timestamp> {
    record.finished_at.filter(|_| record.life == Life::Complete && record.kind.has_result())
}

impl Results {
    /// Returns the complete job that owns the session's result, and since when.
    ///
    /// # Errors
    /// When the session's records cannot be listed.
    pub fn owner(&self, session: &SessionId) -> Result<Option<(Timestamp, JobId)>, StoreError> {
        let mut last = None;
        for job in self.index.jobs_of(session)? {
            match self.records.read_in(session, &job) {
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
        let folder = self.base.folder(self.base.layout.storage(), &["mix_outputs", session.as_str()]).ok().flatten();
        let (true, Some(folder)) = (owned, folder) else { return (0, 0) };
        let size = |name: &str| self.base.disk.stat(&folder.join(name)).ok().map(|stat| stat.bytes);
        let beside: u64 = SIDE_FILES.iter().filter_map(|name| size(name)).sum();
        MASTERS.into_iter().find_map(size).map_or((0, 0), |bytes| (1, bytes + beside))
    }

    pub(in crate::store) fn remove_results(&self, record: &Record) -> Result<Option<u64>, StoreError> {
        let named = record.extra.get("files").and_then(|files| files.as_array()).into_iter().flatten();
        let named: Vec<_> = named.filter_map(|name| name.as_str()).filter(|name| plain_name(name)).collect();
        self.remove_result_files(&record.session_id, &named)
    }

    /// Removes a session's master and the files beside it; returns the bytes freed, if there was a
    /// master.
    pub(in crate::store) fn remove_result_files(
        &self,
        session: &SessionId,
        named: &[&str],
    ) -> Result<Option<u64>, StoreError> {
        let Some(folder) = self.base.folder(self.base.layout.storage(), &["mix_outputs", session.as_str()])? else {
            return Ok(None);
        };
        let names: HashSet<&str> = named.iter().copied().chain(SIDE_FILES).filter(|name| !is_master(name)).collect();
        let (mut bytes, mut had_master) = (0, false);
        // The master last: the result exists as long as its master does.
        for name in names.into_iter().chain(MASTERS) {
            let path = folder.join(name);
            let size = self.base.disk.stat(&path).map_or(0, |stat| stat.bytes);
            if self.base.remove(&path)? {
                bytes += size;
                had_master |= is_master(name);
            }
        }
        let _ = self.base.disk.remove_folder(&folder);
        Ok(had_master.then_some(bytes))
    }

    /// Returns results without a record that were written longer ago than results are kept, with
    /// their bytes. Sessions with quarantined records keep theirs, since one of those may own it.
    pub(crate) fn ownerless_results(&self) -> Result<Vec<(SessionId, u64)>, StoreError> {
        let owners = self.base.settings.kinds.iter().filter(|kind| kind.has_result());
        let keep = owners.filter_map(|kind| self.base.settings.policy.kept(kind, Life::Complete)).max();
        let before = keep.and_then(|keep| self.base.now().checked_sub(keep).ok());
        let mut found = Vec::new();
        if self.base.folder(self.base.layout.storage(), &["mix_outputs"])?.is_none() {
            return Ok(found);
        }
        for folder in self
            .base
            .entries(&self.base.layout.all_results())?
            .into_iter()
            .filter(|entry| entry.kind == EntryKind::Folder)
        {
            let Ok(session) = folder.name.parse::<SessionId>() else { continue };
            let mut master = None;
            for path in self.base.layout.masters(&session) {
                match self.base.disk.stat(&path) {
                    Ok(stat) => master = master.or(Some(stat)),
                    Err(error) if error.kind() == ErrorKind::NotFound => {}
                    Err(error) => return Err(StoreError::io(&path)(error)),
                }
            }
            let old = |stat: &Stat| stat.kind == EntryKind::File && before.is_some_and(|before| stat.modified < before);
            let Some(stat) = master.filter(old) else { continue };
            if self.index.jobs_of(&session)?.is_empty() && self.index.quarantine.quarantined(&session)? == 0 {
                found.push((session, stat.bytes));
            }
        }
        Ok(found)
    }

    /// Removes such a result, if the session still has no record.
    pub(crate) fn remove_ownerless(&self, session: &SessionId) -> Result<bool, StoreError> {
        let _lock = self.base.lock_publishing(session)?;
        Ok(self.index.jobs_of(session)?.is_empty() && self.remove_result_files(session, &[])?.is_some())
    }
}

fn plain_name(name: &str) -> bool {
    !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\', '\0'])
}
