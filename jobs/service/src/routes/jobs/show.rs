//! `GET /api/jobs/{id}`.

use crate::app::App;
use crate::error::{ApiError, Code};
use crate::extract::{Path, Query};
use crate::jobs::{JobData, View, follow};
use crate::reply::{Envelope, Reply};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::http::header::{ETAG, IF_NONE_MATCH};
use axum::response::{IntoResponse, Response};
use mixdown_shell::job::JobId;
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;
use utoipa::IntoParams;

/// Longest wait for a change, in seconds.
const LONGEST: u64 = 60;

/// A wait for a change.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Wait {
    /// Longest wait, 0 to 60 seconds, until the job's `rev` changes or the job ends.
    #[param(minimum = 0, maximum = 60)]
    wait: Option<u64>,
}

/// Shows a job; waits for its next change on request
///
/// With `If-None-Match`, the wait is for another `rev` than that of the tag.
#[utoipa::path(get, path = "/api/jobs/{id}", tag = "jobs",
    params(("id" = String, Path, description = "The job."), Wait),
    responses(
        (status = 200, description = "The job.", body = Envelope<JobData>, headers(("ETag" = String, description = "The job's rev."))),
        (status = 304, description = "The job has the rev of If-None-Match."),
    ))]
pub(super) async fn show(
    State(app): State<Arc<App>>,
    Path(id): Path<JobId>,
    Query(wait): Query<Wait>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let seconds = wait.wait.unwrap_or(0);
    if seconds > LONGEST {
        return Err(ApiError::new(Code::BadQuery, format!("wait: {seconds} is not from 0 to {LONGEST}")));
    }
    let mut view = app.view(&id).await?;
    let given = headers.get(IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let is_known = |view: &View| given.is_some_and(|given| given == "*" || has_tag(given, &view.etag()));
    if seconds > 0 && !view.is_ended() && (given.is_none() || is_known(&view)) {
        view = changed(&app, &id, view, Duration::from_secs(seconds)).await?;
    }
    if is_known(&view) {
        return Ok((StatusCode::NOT_MODIFIED, [(ETAG, view.etag())]).into_response());
    }
    Ok(Reply::new(view.data.clone(), "The job").header(ETAG, view.etag()).into_response())
}

/// Returns true if a list of tags has one.
fn has_tag(list: &str, tag: &str) -> bool {
    list.split(',').any(|known| known.trim().trim_start_matches("W/") == tag)
}

/// Returns the job once it has another revision or has ended; at the latest after a time.
async fn changed(app: &Arc<App>, job: &JobId, view: Arc<View>, longest: Duration) -> Result<Arc<View>, ApiError> {
    let rev = view.data.rev;
    let mut followed = follow(app, job, view);
    let changed = followed.wait_for(|seen| seen.as_ref().map_or(true, |view| view.data.rev != rev || view.is_ended()));
    // Out of time, or the service stops: the job as it is.
    let _ = tokio::time::timeout(longest, async {
        tokio::select! { _ = changed => {}, () = app.stopped() => {} }
    })
    .await;
    app.view(job).await
}
