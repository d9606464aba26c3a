//! One cleanup at a time, as a job of its own.

use super::document::{CleanupDocument, CleanupStatus};
use super::run::{CleanupOptions, Part, Watch, clean, has_expired};
use crate::job::{Actor, JobError, JobId, JobType, NewJob, Record, SessionId, State};
use crate::store::{Claim, LOG, Store, StoreError};
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
    let Some(_lock) = store.try_lock_cleanup()? else { return Ok(CleanupDocument::refused(BUSY)) };
    // A full disk has no room for the job, and needs the cleanup all the more.
    let mut claim = own_job(store).ok().flatten();
    let document = clean(store, options, &mut |percent| {
        let beat = claim.as_mut().and_then(|claim| store.beat(claim, percent, "Clearing up").ok());
        beat.is_some_and(|beat| beat.cancelled) || stop(percent)
    });
    match document.status {
        CleanupStatus::Failed => error!(target: LOG, errors = ?document.errors, "cleanup failed"),
        CleanupStatus::CompletedWithErrors => warn!(target: LOG, errors = ?document.errors, "cleanup met errors"),
        CleanupStatus::Completed | CleanupStatus::Cancelled => {}
    }
    if let Some(claim) = &mut claim {
        let json = document.to_json();
        let _ = store.write(claim, |record, now| {
            let job = record.job_id.clone();
            record.extra.insert("cleanup".into(), json);
            let ended = match document.status {
                CleanupStatus::Cancelled => record.transition(State::Cancelled, Actor::Worker, now),
                CleanupStatus::Failed => {
                    record.fail(JobError::new("CLEANUP_FAILED", document.errors.join("; ")), Actor::Worker, now)
                }
                CleanupStatus::Completed | CleanupStatus::CompletedWithErrors => {
                    record.transition(State::Complete, Actor::Worker, now)
                }
            };
            ended.map_err(|source| StoreError::Illegal { job, source })
        });
    }
    Ok(document)
}

/// Claims the cleanup's own job: one that waits because its cleanup died, or a new one.
fn own_job(store: &Store) -> Result<Option<Claim>, StoreError> {
    let session: SessionId = SessionId::CLEANUP.parse()?;
    for (other, job) in store.active()?.into_iter().filter(|(other, job)| is_own(store, other, job, |_| true)) {
        let _ = store.rescue(&other, &job);
        if let Ok(Some(claim)) = store.claim(&other, &job) {
            return Ok(Some(claim));
        }
    }
    let job = NewJob { session_id: session.clone(), kind: JobType::Cleanup, key: None, extra: serde_json::Map::new() };
    let submitted = store.submit(job, &[])?;
    store.claim(&session, &submitted.record.job_id)
}

/// Returns true if a job of a cleanup waits because that cleanup died.
pub(super) fn has_waiting_job(store: &Store) -> Result<bool, StoreError> {
    let queued = |record: &Record| record.state == State::Queued;
    Ok(store.active()?.iter().any(|(session, job)| is_own(store, session, job, queued)))
}

/// Returns true if a job is a cleanup: by the type in its record. The session alone proves nothing,
/// and only saves reading the others.
fn is_own(store: &Store, session: &SessionId, job: &JobId, also: impl Fn(&Record) -> bool) -> bool {
    let own = |record: Record| record.kind == JobType::Cleanup && also(&record);
    session.is_reserved() && store.read_in(session, job).is_ok_and(own)
}
