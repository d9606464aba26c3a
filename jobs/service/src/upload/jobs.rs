//! Jobs that use a session or its stems.

use crate::app::App;
use crate::error::{ApiError, Code};
use crate::sessions::StemName;
use mixdown_shell::job::{Record, SessionId};
use mixdown_shell::store::StoreError;
use serde_json::json;
use std::path::Path;

/// Returns the queued and running jobs.
fn active(app: &App) -> Result<Vec<Record>, ApiError> {
    let marked = app.store.index.active()?;
    let mut records = Vec::new();
    for (session, job) in &marked {
        match app.store.records.read_in(session, job) {
            Ok(record) if !record.life.is_ended() => records.push(record),
            // A mark may be out of date: its job has ended, or was deleted. A damaged job never
            // runs.
            Ok(_) | Err(StoreError::Corrupt { .. }) => {}
            Err(error) if error.is_missing() => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(records)
}

/// Refuses to change a stem that a queued or running job uses.
///
/// # Errors
/// `STEM_IN_USE`.
pub(crate) fn check_stem_idle(app: &App, session: &SessionId, name: &StemName) -> Result<(), ApiError> {
    let path = app.sessions.stem_path(session, name);
    let uses = |record: &Record| {
        let stems = record.extra.get("stems").and_then(|stems| stems.as_array());
        stems.into_iter().flatten().any(|stem| stem["path"].as_str().is_some_and(|used| path == Path::new(used)))
    };
    match active(app)?.iter().find(|record| uses(record)) {
        None => Ok(()),
        Some(record) => {
            let message = format!("job {} uses stem {name:?}; wait for its end, or cancel it", record.job_id);
            Err(ApiError::new(Code::StemInUse, message).data(json!({ "job_id": record.job_id })))
        }
    }
}

/// Refuses to delete a session that has a queued or running job, or is in use.
///
/// # Errors
/// `SESSION_BUSY`.
pub(crate) fn check_session_idle(app: &App, session: &SessionId) -> Result<(), ApiError> {
    if app.sessions.is_held(session) {
        let message = format!("an upload, a drawing or a live engine uses session {session}; wait for it, or end it");
        return Err(ApiError::new(Code::SessionBusy, message));
    }
    match active(app)?.iter().find(|record| record.session_id == *session) {
        None => Ok(()),
        Some(record) => {
            let message = format!("job {} of session {session} has not ended; cancel it first", record.job_id);
            Err(ApiError::new(Code::SessionBusy, message).data(json!({ "job_id": record.job_id })))
        }
    }
}
