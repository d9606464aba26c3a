//! The end of a job that completed: its result put in place, and its record ended.

use super::layout::{FINAL_MIX, MASTERS};
use super::results::complete;
use super::{Claim, EntryKind, Lock, Staged, Store, StoreError, SyncPoint};
use crate::job::{Actor, HashedBytes, JobId, JobResult, SessionId};
use serde_json::{Map, Value};

impl Store {
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
            return self.leases.write(claim, |record, now| {
                record.extra.extend(extra);
                complete(record, Actor::Worker, now, None, &job)
            });
        };
        let mut files = Vec::new();
        for entry in self.base.entries(&staged.folder)? {
            let path = staged.folder.join(&entry.name);
            if entry.kind != EntryKind::File || entry.name.starts_with('.') {
                return Err(StoreError::Planted(path));
            }
            self.base.disk.sync_file(&path, SyncPoint::ResultBytes).map_err(StoreError::io(&path))?;
            files.push(Value::from(entry.name));
        }
        let written = MASTERS.into_iter().find(|master| files.iter().any(|file| file == master));
        let master = written.unwrap_or(FINAL_MIX);
        let HashedBytes { bytes, sha256 } = self.results.hash(&staged.folder.join(master))?;
        let result = JobResult::new(format!("mix_outputs/{session}/{master}"), bytes, sha256);
        let publishing = self.base.lock_publishing(&session)?;
        self.settle_others(&session, &job, &publishing)?;
        for name in files.iter().filter_map(Value::as_str) {
            self.results.check_way(&self.base.layout.results(&session).join(name))?;
        }
        self.leases.write(claim, |record, _| {
            if let Some(last) = record.kind.last_stage().filter(|last| record.stage != Some(last)) {
                record.enter(last).map_err(StoreError::illegal(&job))?;
            }
            record.advance(99);
            record.result = Some(result);
            record.extra.insert("files".into(), files.into());
            record.extra.extend(extra);
            Ok(())
        })?;
        self.results.move_into_place(&session, &staged.folder, master, &publishing)?;
        let after = self.results.last_completion(&session, &job)?;
        self.leases.write(claim, |record, now| complete(record, Actor::Worker, now, after, &job))?;
        let _ = self.results.remove_staging(&staged.folder);
        Ok(())
    }

    /// Finishes publications begun by dead workers of the session. Under the publishing lock, so
    /// that no live one exists.
    fn settle_others(&self, session: &SessionId, me: &JobId, publishing: &Lock) -> Result<(), StoreError> {
        for (other, job) in self.index.active()?.into_iter().filter(|(other, job)| other == session && job != me) {
            if self.records.read_in(&other, &job).is_ok_and(|record| record.is_publishing()) {
                self.recovery.rescue_settled(&other, &job, Some(publishing))?;
            }
        }
        Ok(())
    }
}
