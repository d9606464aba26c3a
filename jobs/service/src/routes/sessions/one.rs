//! `GET` and `DELETE /api/sessions/{id}`.

use super::views::{Empty, SessionDetails, SessionView, StemView};
use crate::app::App;
use crate::error::ApiError;
use crate::extract::Path;
use crate::reply::{Envelope, Reply};
use crate::sessions::Summary;
use crate::upload::check_session_idle;
use axum::extract::State;
use mixdown_shell::job::SessionId;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Returns the routes.
pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(get, delete))
}

/// Returns a session with its stems.
#[utoipa::path(get, path = "/api/sessions/{id}", tag = "sessions", params(("id" = String, Path)), responses(
    (status = 200, description = "The session.", body = Envelope<SessionDetails>),
    (status = 400, description = "BAD_ID."),
    (status = 404, description = "SESSION_NOT_FOUND."),
))]
async fn get(State(app): State<Arc<App>>, Path(session): Path<SessionId>) -> Result<Reply<SessionDetails>, ApiError> {
    let details = app
        .blocking(move |app| {
            let file = app.sessions.get(&session)?;
            let stems = file.stems.iter().map(StemView::from).collect();
            Ok(SessionDetails { session: SessionView::of(app, &Summary::of(&file))?, stems })
        })
        .await?;
    Ok(Reply::new(details, "Session retrieved successfully"))
}

/// Deletes a session with its document, stems, ended jobs and results.
#[utoipa::path(delete, path = "/api/sessions/{id}", tag = "sessions", params(("id" = String, Path)), responses(
    (status = 200, description = "The session is deleted.", body = Envelope<Empty>),
    (status = 400, description = "BAD_ID."),
    (status = 404, description = "SESSION_NOT_FOUND."),
    (status = 409, description = "SESSION_BUSY."),
    (status = 503, description = "STORE_BUSY."),
))]
async fn delete(State(app): State<Arc<App>>, Path(session): Path<SessionId>) -> Result<Reply<Empty>, ApiError> {
    app.blocking(move |app| {
        let lock = app.sessions.lock(&session);
        app.sessions.get(&session)?;
        check_session_idle(app, &session)?;
        for job in app.store.index.jobs_of(&session)? {
            match app.engine.delete(&job) {
                // A cleanup came first.
                Err(error) if error.is_missing() => {}
                other => drop(other?),
            }
        }
        app.sessions.delete(&lock, &session)
    })
    .await?;
    Ok(Reply::new(Empty {}, "Session deleted successfully"))
}
