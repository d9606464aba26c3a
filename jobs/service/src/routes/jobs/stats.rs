//! `GET /api/jobs/stats`.

use crate::app::App;
use crate::error::ApiError;
use crate::reply::{Envelope, Reply};
use axum::extract::State;
use mixdown_shell::cleanup::stats_document;
use serde_json::Value;
use std::sync::Arc;

/// Counts jobs and what happened to them
#[utoipa::path(get, path = "/api/jobs/stats", tag = "jobs",
    responses((status = 200, description = "Jobs by type and state, and counters.", body = Envelope<Value>)))]
pub(super) async fn stats(State(app): State<Arc<App>>) -> Result<Reply<Value>, ApiError> {
    let document = app.blocking(|app| Ok(stats_document(&app.store)?)).await?;
    Ok(Reply::new(document, "Numbers of jobs"))
}
