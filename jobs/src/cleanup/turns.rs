//! One cleanup at a time, as a job of its own.

use super::document::{CleanupDocument, CleanupStatus};
use super::run::{CleanupOptions, Part, Watch, clean};
use crate::jobs::{By, JobId, JobType, NewJob, SessionId, State};
use crate::store::{Claim, Store, StoreError};

/// The session that cleanups are jobs of.
const SESSION: &str = "mixdown-cleanup";
/// What is answered while another cleanup runs.
pub(super) const BUSY: &str = "another cleanup is running; try again when it is done";

/// Clears one session's expired jobs, as a submission does by the way: a job like any other cleanup, but only where something has
/// expired; nothing when another cleanup runs.
pub fn clean_session(store: &Store, session: &SessionId) -> CleanupDocument {
    let options = |dry_run| CleanupOptions {
        dry_run,
        only: vec![Part::Expired],
        session: Some(session.clone()),
        ..CleanupOptions::default()
    };
    let selected = clean(store, &options(true), &mut |_| false);
    if selected.old_jobs_deleted == 0 {
        return selected;
    }
    clean_as_job(store, &options(false), &mut |_| false)
        .unwrap_or_else(|error| CleanupDocument::refused(error.to_string()))
}

/// Runs a cleanup as a job of its own, which shows its progress and can be cancelled. A dry run writes nothing, so it is none.
///
/// # Errors
/// When the lock that keeps two from running cannot be had at all.
pub fn clean_as_job(
    store: &Store,
    options: &CleanupOptions,
    stop: &mut Watch<'_>,
) -> Result<CleanupDocument, StoreError> {
    if options.dry_run {
        return Ok(clean(store, options, stop));
    }
    let Some(_lock) = store.try_lock_cleanup()? else { return Ok(CleanupDocument::refused(BUSY)) };
    // A disk without a free byte has no room for the job, and needs the cleanup all the more.
    let mut claim = own_job(store).ok().flatten();
    let document = clean(store, options, &mut |percent| {
        let beat = claim.as_mut().and_then(|claim| store.beat(claim, percent, "Clearing up").ok());
        beat.is_some_and(|beat| beat.cancelled) || stop(percent)
    });
    if let Some(claim) = &mut claim {
        let json = document.to_json();
        let _ = store.write(claim, |record, now| {
            let job = record.job_id.clone();
            let to = if document.status == CleanupStatus::Cancelled { State::Cancelled } else { State::Complete };
            record.extra.insert("cleanup".into(), json);
            record.go(to, By::Worker, now).map_err(|source| StoreError::Illegal { job, source })
        });
    }
    Ok(document)
}

/// The cleanup's own job: one that waits because its cleanup died, or a new one.
fn own_job(store: &Store) -> Result<Option<Claim>, StoreError> {
    let session: SessionId = SESSION.parse()?;
    for (other, job) in store.active()?.into_iter().filter(|(other, _)| *other == session) {
        let _ = store.rescue(&other, &job);
        if let Ok(Some(claim)) = store.claim(&other, &job) {
            return Ok(Some(claim));
        }
    }
    let job = NewJob { session_id: session.clone(), kind: JobType::Cleanup, key: None, extra: serde_json::Map::new() };
    let submitted = store.submit(job, &[])?;
    store.claim(&session, &submitted.record.job_id)
}

/// Whether a cleanup's job waits because its cleanup died.
pub(super) fn has_waiting_job(store: &Store) -> Result<bool, StoreError> {
    let waits = |(session, job): &(SessionId, JobId)| {
        session.as_str() == SESSION && store.read_in(session, job).is_ok_and(|record| record.state == State::Queued)
    };
    Ok(store.active()?.iter().any(waits))
}
