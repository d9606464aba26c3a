//! Repair after a crash: the index rebuilt, damaged records set aside, leftovers removed.

use super::Recovery;
use crate::job::{JobId, Record, SessionId};
use crate::store::layout::TEMPORARY;
use crate::store::parallel::for_each_session;
use crate::store::{EntryKind, StoreError};
use std::collections::{HashMap, HashSet};

/// Findings and actions of a repair.
#[derive(Debug, Default)]
pub struct Repaired {
    /// Valid records.
    pub records: u64,
    /// Index entries that were missing or wrong.
    pub indexed: u64,
    /// Leftovers removed.
    pub orphans: u64,
    /// Records set aside.
    pub quarantined: u64,
    /// Records that a newer version wrote, which are left alone.
    pub newer: u64,
    /// Errors of items that could not be read or repaired.
    pub errors: Vec<StoreError>,
}

/// Scope of a repair.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// True to count only, without changes.
    pub look_only: bool,
    /// True to remove leftovers.
    pub orphans: bool,
    /// True to set damaged records aside.
    pub quarantine: bool,
    /// Restricts the repair to this session.
    pub session: Option<SessionId>,
}

impl Scope {
    /// Full repair, as at a start.
    pub const ALL: Self = Self { look_only: false, orphans: true, quarantine: true, session: None };
}

/// Data of the whole store, collected before the sessions are examined.
pub(super) struct Known {
    pub(super) indexed: HashSet<JobId>,
    marked: HashSet<JobId>,
}

impl Recovery {
    /// Examines the records, on all processors, and repairs its findings. The index is rebuilt in
    /// any case.
    pub fn repair(&self, scope: &Scope) -> Repaired {
        let look_only = scope.look_only;
        let start = || -> Result<_, StoreError> {
            // A full disk cannot take new folders, and needs the repair all the more.
            let _ = if look_only { Ok(()) } else { self.base.prepare() };
            let indexed = self.index.indexed()?.into_iter().collect();
            let marked = self.index.active()?.into_iter().map(|(_, job)| job).collect();
            let sessions = scope.session.clone().map_or_else(|| self.index.sessions(), |session| Ok(vec![session]))?;
            Ok((Known { indexed, marked }, sessions))
        };
        let (known, sessions) = match start() {
            Ok(found) => found,
            Err(error) => return Repaired { errors: vec![error], ..Repaired::default() },
        };
        let parts = for_each_session(&sessions, |session| self.repair_session(session, &known, scope));
        let (mut repaired, mut alive) = (Repaired::default(), HashMap::new());
        for (part, jobs) in parts {
            repaired = repaired.plus(part);
            alive.extend(jobs);
        }
        let everywhere = scope.orphans && scope.session.is_none();
        let rest = everywhere.then(|| {
            [
                self.clear_index(&known, &alive, look_only),
                self.clear_leases(&alive, look_only),
                self.clear_staging(&alive, look_only),
                self.clear_keys(&alive, look_only),
                self.clear_shell(look_only),
            ]
        });
        for part in rest.into_iter().flatten() {
            match part {
                Ok(count) => repaired.orphans += count,
                Err(error) => repaired.errors.push(error),
            }
        }
        if everywhere && !look_only {
            // Without it pages of the list merely take longer.
            let _ = self.index.write_recent();
        }
        if repaired.quarantined > 0 && !look_only {
            self.index.journal.count(|counters| counters.quarantined += repaired.quarantined);
        }
        repaired
    }

    /// Repairs one session; also returns the attempts of its jobs, by job, 0 for those that have
    /// ended.
    fn repair_session(&self, session: &SessionId, known: &Known, scope: &Scope) -> (Repaired, Vec<(JobId, u32)>) {
        let (mut done, mut alive, look_only) = (Repaired::default(), Vec::new(), scope.look_only);
        let entries = match self.base.folder(self.base.layout.media(), &[session.as_str(), "jobs"]) {
            Ok(Some(folder)) => self.base.entries(&folder),
            Ok(None) => Ok(Vec::new()),
            Err(error) => Err(error),
        };
        let entries = entries.unwrap_or_else(|error| {
            done.errors.push(error);
            Vec::new()
        });
        for entry in &entries {
            let repaired = if let Some(job) = entry.name.strip_suffix(".json").and_then(|id| id.parse().ok()) {
                self.repair_record(session, &job, known, scope, &mut done).map(|record| {
                    alive.extend(record.map(|record| (job, if record.life.is_ended() { 0 } else { record.attempt })));
                })
            } else if scope.orphans && entry.kind == EntryKind::File && entry.name.ends_with(".progress") {
                self.clear_progress(session, &entry.name, look_only).map(|count| done.orphans += count)
            } else if scope.orphans && entry.kind == EntryKind::File && entry.name.ends_with(TEMPORARY) {
                self.clear_temporary(session, &entry.name, look_only).map(|count| done.orphans += count)
            } else {
                Ok(())
            };
            done.errors.extend(repaired.err());
        }
        if !look_only && scope.orphans {
            match self.deletions.finish_deletions(session) {
                Ok(count) => done.orphans += count,
                Err(error) => done.errors.push(error),
            }
        }
        (done, alive)
    }

    fn repair_record(
        &self,
        session: &SessionId,
        job: &JobId,
        known: &Known,
        scope: &Scope,
        done: &mut Repaired,
    ) -> Result<Option<Record>, StoreError> {
        let look_only = scope.look_only;
        let record = match self.records.read_in(session, job) {
            Ok(record) => record,
            Err(error) if error.is_missing() => return Ok(None),
            Err(StoreError::Corrupt { .. }) if !scope.quarantine => return Ok(None),
            Err(StoreError::Corrupt { .. }) => {
                done.quarantined += u64::from(look_only || self.set_aside(session, job)?);
                return Ok(None);
            }
            // Another version may be working on the same folders.
            Err(StoreError::Newer { .. }) => {
                done.newer += 1;
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        done.records += 1;
        let entry = self.base.layout.index_entry(job);
        let is_right = known.indexed.contains(job)
            && self.index.indexed_session(&entry).is_ok_and(|named| named.as_ref() == Some(session));
        if !is_right {
            done.indexed += 1;
            if !look_only {
                let lock = self.base.lock_record_briefly(job)?;
                self.index.write_index(session, job, &lock)?;
            }
        }
        if !look_only && !record.life.is_ended() && !known.marked.contains(job) {
            self.index.mark_active(session, job)?;
        }
        Ok(Some(record))
    }
}

impl Repaired {
    fn plus(mut self, other: Self) -> Self {
        self.records += other.records;
        self.indexed += other.indexed;
        self.orphans += other.orphans;
        self.quarantined += other.quarantined;
        self.newer += other.newer;
        self.errors.extend(other.errors);
        self
    }
}
