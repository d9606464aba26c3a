//! `GET` and `DELETE /api/sessions/{id}`.

use super::views::{SessionDetails, SessionView, StemView};
use crate::app::App;
use crate::error::ApiError;
use crate::extract::Path;
use crate::reply::{Envelope, Reply};
use crate::upload::check_session_idle;
use axum::extract::State;
use mixdown_shell::job::SessionId;
use serde_json::{Value, json};
use std::sync::Arc;

/// Returns a session with its stems.
#[utoipa::path(get, path = "/api/sessions/{id}", tag = "sessions", params(("id" = String, Path)), responses(
    (status = 200, description = "The session.", body = Envelope<SessionDetails>),
    (status = 400, description = "BAD_ID."),
    (status = 404, description = "SESSION_NOT_FOUND."),
))]
pub(super) async fn get(
    State(app): State<Arc<App>>,
    Path(session): Path<SessionId>,
) -> Result<Reply<SessionDetails>, ApiError> {
    let details = app
        .blocking(move |app| {
            let file = app.sessions.get(&session)?;
            let stems = file.stems.iter().map(StemView::from).collect();
            Ok(SessionDetails { session: SessionView::of(app, &file)?, stems })
        })
        .await?;
    Ok(Reply::new(details, "Session retrieved successfully"))
}

/// Deletes a session with its document, stems, ended jobs and results.
#[utoipa::path(delete, path = "/api/sessions/{id}", tag = "sessions", params(("id" = String, Path)), responses(
    (status = 200, description = "The session is gone.", body = Envelope<Object>),
    (status = 400, description = "BAD_ID."),
    (status = 404, description = "SESSION_NOT_FOUND."),
    (status = 409, description = "SESSION_BUSY."),
    (status = 503, description = "STORE_BUSY."),
))]
pub(super) async fn delete(
    State(app): State<Arc<App>>,
    Path(session): Path<SessionId>,
) -> Result<Reply<Value>, ApiError> {
    app.blocking(move |app| {
        let lock = app.sessions.lock(&session);
        app.sessions.get(&session)?;
        check_session_idle(app, &session)?;
        for job in app.store.index.jobs_of(&session)? {
            match app.store.delete_one(&job) {
                // A cleanup came first.
                Err(error) if error.is_missing() => {}
                other => drop(other?),
            }
        }
        app.sessions.delete(&lock, &session)
    })
    .await?;
    Ok(Reply::new(json!({}), "Session deleted successfully"))
}
