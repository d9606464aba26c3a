//! `POST /api/jobs/run`: a cleanup by hand.

use crate::app::App;
use crate::error::{ApiError, Code};
use crate::extract::Json;
use crate::jobs::cleanup_without_paths;
use crate::reply::{Envelope, Reply};
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use mixdown_shell::cleanup::{CleanupOptions, ExclusiveRun, Part, clean, running_cleanup};
use mixdown_shell::job::JobId;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;
use utoipa::ToSchema;

/// Request of a job that the service runs at once.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RunRequest {
    /// The type of the job: `cleanup`.
    job_type: JobType,
    /// True to report what would be deleted, and delete nothing.
    #[serde(default)]
    dry_run: bool,
    /// Only these parts; all when empty.
    #[serde(default)]
    only: Vec<PartName>,
}

/// A type of job that runs at once.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum JobType {
    /// A cleanup.
    Cleanup,
}

/// A part of a cleanup.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum PartName {
    /// Jobs whose worker has died.
    Stale,
    /// Expired jobs.
    Expired,
    /// Old lines of the history.
    History,
    /// Old lines of the log of imports.
    Imports,
    /// Leftovers of crashes.
    Orphans,
    /// Damaged records.
    Quarantine,
}

impl From<PartName> for Part {
    fn from(name: PartName) -> Self {
        match name {
            PartName::Stale => Self::Stale,
            PartName::Expired => Self::Expired,
            PartName::History => Self::History,
            PartName::Imports => Self::Imports,
            PartName::Orphans => Self::Orphans,
            PartName::Quarantine => Self::Quarantine,
        }
    }
}

/// Runs a cleanup
///
/// It runs as a job of its own, whose `data.cleanup` then lists what was deleted. A dry run has no
/// job; its answer has the document.
#[utoipa::path(post, path = "/api/jobs/run", tag = "jobs", request_body = RunRequest,
    responses(
        (status = 200, description = "A dry run: `data.cleanup` has what would be deleted.", body = Envelope<Value>),
        (status = 202, description = "The cleanup runs; `data.job_id` is its job.", body = Envelope<Value>),
    ))]
pub(super) async fn run(
    State(app): State<Arc<App>>,
    Json(request): Json<RunRequest>,
) -> Result<Reply<Value>, ApiError> {
    let JobType::Cleanup = request.job_type;
    let options = CleanupOptions {
        dry_run: request.dry_run,
        only: request.only.into_iter().map(Part::from).collect(),
        ..CleanupOptions::default()
    };
    if options.dry_run {
        let looked = move |app: &App| {
            let document = clean(&app.store, &options, &mut |_| app.is_stopping()).to_json();
            let data = json!({ "dry_run": true, "cleanup": cleanup_without_paths(&document, &app.store) });
            Ok(Reply::new(data, "Nothing was deleted"))
        };
        return app.blocking(looked).await;
    }
    let (sender, begun) = oneshot::channel();
    let running = app.clone();
    let ended = tokio::spawn(async move { running.blocking(move |app| Ok(clean_up(app, &options, sender))).await });
    if let Ok(job) = begun.await {
        let job = job?;
        let reply = Reply::new(json!({ "job_id": job }), "The cleanup runs").status(StatusCode::ACCEPTED);
        return Ok(reply.header(LOCATION, format!("/api/jobs/{job}")));
    }
    // Without a job, as on a full disk: the answer is its end.
    let failed = |_| ApiError::new(Code::Internal, "the cleanup failed; the log names the fault");
    let document = ended.await.map_err(failed)??;
    Ok(Reply::new(json!({ "dry_run": false, "cleanup": document }), "The cleanup ran"))
}

/// Cleans up; passes the job on once it has begun, or the refusal. Blocks.
fn clean_up(app: &App, options: &CleanupOptions, begun: oneshot::Sender<Result<JobId, ApiError>>) -> Value {
    let begin = ExclusiveRun::begin(&app.store).map_err(ApiError::from);
    let exclusive = match begin {
        Ok(Some(exclusive)) => exclusive,
        other => {
            let refusal = other.err().unwrap_or_else(|| refusal(app));
            // Without a client, the refusal cannot be passed on.
            let _ = begun.send(Err(refusal));
            return Value::Null;
        }
    };
    if let Some(job) = exclusive.job() {
        let _ = begun.send(Ok(job.clone()));
    }
    let document = exclusive.run(options, &mut |_| app.is_stopping()).to_json();
    cleanup_without_paths(&document, &app.store)
}

/// Returns the refusal while another cleanup runs, with its job.
fn refusal(app: &App) -> ApiError {
    // A cleanup that has just begun has no job yet.
    for _ in 0..20 {
        if let Ok(Some(job)) = running_cleanup(&app.store) {
            return ApiError::new(Code::CleanupRunning, "a cleanup runs already").data(json!({ "job_id": job }));
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    ApiError::new(Code::CleanupRunning, "a cleanup runs already").data(json!({ "job_id": null }))
}
