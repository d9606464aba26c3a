//! The musical analysis of a session's stems.

use crate::app::App;
use crate::error::ApiError;
use crate::extract::Path;
use crate::library::{QueuedJob, analyse_session, job_of};
use crate::reply::{Envelope, Reply};
use axum::extract::State;
use mixdown_library::{Analysis, session_analysis};
use mixdown_shell::job::{Life, SessionId};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The analysis of a session's stems.
#[derive(Debug, Serialize, ToSchema)]
struct SessionAnalysisView {
    /// none, queued, running, done, failed, or stale where the stems have changed since.
    state: &'static str,
    /// The job that analyses them; null where none does.
    job_id: Option<String>,
    /// The last answer, by the form of `mixdown analyse`; null before one.
    #[schema(value_type = Option<Object>)]
    analysis: Option<Value>,
}

/// Returns the routes.
pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(get)).routes(routes!(analyse))
}

/// Returns the last analysis of the session's stems, and its state.
#[utoipa::path(get, path = "/api/sessions/{id}/analysis", tag = "sessions", params(("id" = String, Path)), responses(
    (status = 200, description = "The analysis.", body = Envelope<SessionAnalysisView>),
    (status = 400, description = "BAD_ID."),
    (status = 404, description = "SESSION_NOT_FOUND."),
))]
async fn get(
    State(app): State<Arc<App>>,
    Path(session): Path<SessionId>,
) -> Result<Reply<SessionAnalysisView>, ApiError> {
    let view = app
        .blocking(move |app| {
            let file = app.sessions.get(&session)?;
            let found = session_analysis(app.library.media(), &session);
            let found = found.map_err(|error| ApiError::from_io(&error, &error))?;
            let job_id = job_of(app, &session)?;
            let stems: BTreeMap<String, String> =
                file.stems.iter().map(|stem| (stem.name.to_string(), stem.blake3.clone())).collect();
            let state = match (&job_id, &found) {
                (Some(job), _) => {
                    let view = app.jobs.load(&app.store, &job.parse()?)?;
                    if view.data.state == "queued" { "queued" } else { "running" }
                }
                (None, Some(found)) if found.stems == stems => "done",
                (None, _) if has_failed(app, &session)? => "failed",
                (None, Some(_)) => "stale",
                (None, None) => "none",
            };
            Ok(SessionAnalysisView { state, job_id, analysis: found.map(|found| json!(found.analysis)) })
        })
        .await?;
    Ok(Reply::new(view, "Analysis retrieved successfully"))
}

/// Queues the analysis of the session's stems as one song; one that waits or runs is returned.
#[utoipa::path(post, path = "/api/sessions/{id}/analyse", tag = "sessions", params(("id" = String, Path)), responses(
    (status = 202, description = "The analysis is queued.", body = Envelope<QueuedJob>,
        headers(("Location" = String))),
    (status = 400, description = "BAD_ID."),
    (status = 404, description = "SESSION_NOT_FOUND."),
    (status = 409, description = "NO_TRACKS."),
    (status = 503, description = "STORE_BUSY."),
))]
async fn analyse(State(app): State<Arc<App>>, Path(session): Path<SessionId>) -> Result<Reply<QueuedJob>, ApiError> {
    let job_id = app.blocking(move |app| analyse_session(app, &session)).await?;
    Ok(QueuedJob::new(job_id).accepted("The analysis is queued"))
}

/// Returns true if the newest analysis of a session failed.
fn has_failed(app: &App, session: &SessionId) -> Result<bool, ApiError> {
    let mut newest = None;
    for job in app.store.index.jobs_of(session)? {
        match app.store.records.read_in(session, &job) {
            Ok(record) if record.kind.name() == Analysis::NAME => {
                if newest.as_ref().is_none_or(|(at, _)| *at < record.created_at) {
                    newest = Some((record.created_at, record.life));
                }
            }
            Ok(_) => {}
            Err(error) if error.is_missing() => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(newest.is_some_and(|(_, life)| life == Life::Error))
}
