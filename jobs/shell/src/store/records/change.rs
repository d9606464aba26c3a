//! Changes of a record: one at a time, to the state just read, by an authorised party, along the
//! transition table.

use super::Records;
use crate::job::{Actor, IllegalTransition, JobId, Record, SessionId};
use crate::store::{Lock, StoreError, SyncPoint};
use jiff::Timestamp;

/// Originator of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role<'a> {
    /// A party without a lease: may request cancellation, and retry a failed job.
    Anyone,
    /// The worker whose lease has this token.
    Holder(&'a str),
    /// A worker that claims a queued job.
    Claimer,
    /// The holder of the lease's lock after its worker has lost it.
    Rescuer,
}

impl Records {
    /// Changes a job's record durably, if it still has the revision expected by the caller.
    ///
    /// # Errors
    /// When the revision differs, when the lease belongs to another worker, or when the change is
    /// not allowed; nothing is written then.
    pub fn update(
        &self,
        known: &Record,
        who: Role<'_>,
        edit: impl FnOnce(&mut Record, Timestamp) -> Result<(), StoreError>,
    ) -> Result<Record, StoreError> {
        let lock = self.base.lock_record(&known.job_id)?;
        self.change(&known.session_id, &known.job_id, who, Some(known.rev), &lock, edit)
    }

    /// Changes a record as [`Records::update`] does, under the record's lock, which the caller
    /// holds.
    pub(in crate::store) fn change(
        &self,
        session: &SessionId,
        job: &JobId,
        who: Role<'_>,
        rev: Option<u64>,
        lock: &Lock,
        edit: impl FnOnce(&mut Record, Timestamp) -> Result<(), StoreError>,
    ) -> Result<Record, StoreError> {
        let before = self.read_in(session, job)?;
        if let Some(expected) = rev.filter(|rev| *rev != before.rev) {
            return Err(StoreError::Conflict { job: job.clone(), expected, found: before.rev });
        }
        if let Role::Holder(token) = who
            && before.lease.as_ref().is_none_or(|lease| lease.token != token)
        {
            return Err(StoreError::LeaseLost(job.clone()));
        }
        let now = self.base.now().max(before.updated_at);
        let mut after = before.clone();
        edit(&mut after, now)?;
        check(&before, &mut after, who)?;
        after.rev = before.rev.saturating_add(1);
        after.updated_at = now;
        self.write_record(&after, lock)?;
        Ok(after)
    }

    pub(in crate::store) fn write_record(&self, record: &Record, lock: &Lock) -> Result<(), StoreError> {
        let path = self.base.layout.record(&record.session_id, &record.job_id);
        self.base.replace(&path, &record.to_bytes(), Some((SyncPoint::RecordBytes, SyncPoint::RecordName)), Some(lock))
    }
}

/// Checks the invariants of a change, independent of the edit.
fn check(before: &Record, after: &mut Record, who: Role<'_>) -> Result<(), StoreError> {
    let job = || before.job_id.clone();
    if (&after.job_id, &after.session_id, &after.kind, after.created_at)
        != (&before.job_id, &before.session_id, &before.kind, before.created_at)
    {
        return Err(StoreError::NotFound(after.job_id.clone()));
    }
    if after.life == before.life {
        if before.life.is_ended() {
            return Err(StoreError::Ended { job: job(), life: before.life });
        }
        if who == Role::Anyone && (after.lease != before.lease || after.progress != before.progress) {
            return Err(StoreError::LeaseLost(job()));
        }
        let ranks = [before, &*after].map(|record| record.kind.rank(record.stage));
        if ranks[1] < ranks[0] || (ranks[1] > ranks[0] && !matches!(who, Role::Holder(_))) {
            let source = IllegalTransition { from: before.stage_name(), to: after.stage_name() };
            return Err(StoreError::Illegal { job: job(), source });
        }
        after.progress = after.progress.max(before.progress);
        return Ok(());
    }
    let ways: &[Actor] = match who {
        Role::Anyone => &[Actor::Cancel, Actor::Retry],
        Role::Holder(_) | Role::Claimer => &[Actor::Worker],
        Role::Rescuer => &[Actor::Rescue],
    };
    if let Some(illegal) = ways.iter().map(|by| before.check_transition(after.life, *by)).reduce(Result::or) {
        illegal.map_err(StoreError::illegal(&before.job_id))?;
    }
    Ok(())
}
