//! One cleanup at a time, as a job of its own.

use super::document::{CleanupDocument, CleanupStatus};
use super::run::{CleanupOptions, Part, Watch, clean, has_expired};
use crate::job::{Actor, JobId, Life, NewJob, Record, SessionId};
use crate::kinds::{Cleanup, JobKind, Run, RunError, Signal};
use crate::store::{Claim, LOG, Lock, Store, StoreError};
use serde_json::Map;
use std::ops::ControlFlow;
use std::path::Path;
use tracing::{error, warn};

/// Error while another cleanup runs.
pub(super) const BUSY: &str = "another cleanup is running; try again when it is done";

/// Deletes one session's expired jobs, as part of a submission. It is a job like any other cleanup,
/// but only if something has expired. It does nothing when another cleanup runs.
pub fn clean_session(store: &Store, session: &SessionId) -> CleanupDocument {
    let options =
        CleanupOptions { only: vec![Part::Expired], session: Some(session.clone()), ..CleanupOptions::default() };
    // Most submissions find no expired job, and need not examine the other sessions.
    if !has_expired(store, session) {
        return CleanupDocument::default();
    }
    clean_as_job(store, &options, &mut |_| false).unwrap_or_else(|error| CleanupDocument::refused(error.to_string()))
}

/// Runs a cleanup as a job of its own, which shows its progress and can be cancelled. A dry run
/// writes nothing, and so creates no job.
///
/// # Errors
/// When the lock that keeps two from running cannot be obtained at all.
pub fn clean_as_job(
    store: &Store,
    options: &CleanupOptions,
    stop: &mut Watch<'_>,
) -> Result<CleanupDocument, StoreError> {
    if options.dry_run {
        return Ok(clean(store, options, stop));
    }
    let exclusive = ExclusiveRun::begin(store)?;
    Ok(exclusive.map_or_else(|| CleanupDocument::refused(BUSY), |exclusive| exclusive.run(options, stop)))
}

/// A cleanup that is about to run, while no other one can.
pub struct ExclusiveRun<'a> {
    store: &'a Store,
    claim: Option<Claim>,
    _lock: Lock,
}

impl<'a> ExclusiveRun<'a> {
    /// Begins a cleanup; `None` when another one runs.
    ///
    /// # Errors
    /// When the lock that keeps two from running cannot be obtained at all.
    pub fn begin(store: &'a Store) -> Result<Option<Self>, StoreError> {
        let Some(lock) = store.try_lock_cleanup()? else { return Ok(None) };
        // A full disk has no room for the job, and needs the cleanup all the more.
        let claim = own_job(store).ok().flatten();
        Ok(Some(Self { store, claim, _lock: lock }))
    }

    /// Returns its job; `None` when there was no room for one.
    pub fn job(&self) -> Option<&JobId> {
        self.claim.as_ref().map(|claim| &claim.record.job_id)
    }

    /// Runs it to its end; returns its document.
    pub fn run(self, options: &CleanupOptions, stop: &mut Watch<'_>) -> CleanupDocument {
        let document = match self.claim {
            Some(claim) => run_claimed(self.store, claim, options, stop),
            None => clean(self.store, options, stop),
        };
        match document.status {
            CleanupStatus::Failed => error!(target: LOG, errors = ?document.errors, "cleanup failed"),
            CleanupStatus::CompletedWithErrors => warn!(target: LOG, errors = ?document.errors, "cleanup met errors"),
            CleanupStatus::Completed | CleanupStatus::Cancelled => {}
        }
        document
    }
}

/// Returns the job of the cleanup that runs; `None` when none runs, or it has no job.
///
/// # Errors
/// When the marks of active jobs cannot be read.
pub fn running_cleanup(store: &Store) -> Result<Option<JobId>, StoreError> {
    let runs = |record: &Record| record.life.is_running();
    Ok(store.index.active()?.into_iter().find(|(session, job)| is_own(store, session, job, runs)).map(|(_, job)| job))
}

/// Runs a claimed cleanup job to its end; returns its document.
fn run_claimed(store: &Store, mut claim: Claim, options: &CleanupOptions, stop: &mut Watch<'_>) -> CleanupDocument {
    let (job, mut extra) = (claim.record.clone(), Map::new());
    let mut watch = |signal| {
        let Signal::Progress { percent, message, .. } = signal else { return ControlFlow::Continue(()) };
        let beat = store.leases.beat(&mut claim, percent, message);
        let stops = beat.is_ok_and(|beat| beat.cancelled) || stop(percent);
        if stops { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let run = &mut Run {
        job_id: &job.job_id,
        session_id: &job.session_id,
        attempt: job.attempt,
        request: &job.extra,
        limits: store.settings().limits(),
        staging: Path::new(""),
        extra: &mut extra,
        watch: &mut watch,
    };
    let ended = Cleanup::by(&|watch| clean(store, options, watch)).run(run);
    let document = extra.get("cleanup").cloned().and_then(|document| serde_json::from_value(document).ok());
    let _ = store.leases.write(&mut claim, |record, now| {
        record.extra.extend(extra);
        let ended = match ended {
            Ok(()) => record.transition(Life::Complete, Actor::Worker, now),
            Err(RunError::Stopped) => record.transition(Life::Cancelled, Actor::Worker, now),
            Err(RunError::Failed(error)) => record.fail(error, Actor::Worker, now),
        };
        ended.map_err(StoreError::illegal(&job.job_id))
    });
    document.unwrap_or_default()
}

/// Claims the cleanup's own job: one that waits because its cleanup died, or a new one.
fn own_job(store: &Store) -> Result<Option<Claim>, StoreError> {
    let session: SessionId = SessionId::CLEANUP.parse()?;
    for (other, job) in store.index.active()?.into_iter().filter(|(other, job)| is_own(store, other, job, |_| true)) {
        let _ = store.recovery.rescue(&other, &job);
        if let Ok(Some(claim)) = store.leases.claim(&other, &job) {
            return Ok(Some(claim));
        }
    }
    let job = NewJob { session_id: session.clone(), kind: Cleanup::NAME, key: None, extra: Map::new() };
    let submitted = store.submit(job, &[])?;
    store.leases.claim(&session, &submitted.record.job_id)
}

/// Returns true if a job of a cleanup waits because that cleanup died.
pub(super) fn has_waiting_job(store: &Store) -> Result<bool, StoreError> {
    let queued = |record: &Record| record.life == Life::Queued;
    Ok(store.index.active()?.iter().any(|(session, job)| is_own(store, session, job, queued)))
}

/// Returns true if a job is a cleanup: by the type in its record. The session alone proves nothing,
/// and only saves reading the others.
fn is_own(store: &Store, session: &SessionId, job: &JobId, also: impl Fn(&Record) -> bool) -> bool {
    let own = |record: Record| record.kind.name() == Cleanup::NAME && also(&record);
    session.is_reserved() && store.records.read_in(session, job).is_ok_and(own)
}
