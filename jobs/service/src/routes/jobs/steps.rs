//! Steps that users let a job take: cancellation, another attempt, deletion.

use crate::app::App;
use crate::callbacks::Delivery;
use crate::error::ApiError;
use crate::extract::Path;
use crate::jobs::JobData;
use crate::reply::{Envelope, Reply};
use axum::extract::State;
use mixdown_shell::job::{JobId, Record};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// Cancels a job
///
/// One that waits is cancelled at once, one that runs at its next step.
#[utoipa::path(post, path = "/api/jobs/{id}/cancel", tag = "jobs",
    params(("id" = String, Path, description = "The job.")),
    responses((status = 200, description = "The job, with `cancel_requested` while it still runs.", body = Envelope<JobData>)))]
pub(super) async fn cancel(State(app): State<Arc<App>>, Path(id): Path<JobId>) -> Result<Reply<JobData>, ApiError> {
    step(&app, id, |app, job| Ok(app.engine.cancel(job)?), "Cancelled, or about to be").await
}

/// Queues a job for another attempt
#[utoipa::path(post, path = "/api/jobs/{id}/retry", tag = "jobs",
    params(("id" = String, Path, description = "The job, failed or cancelled.")),
    responses((status = 200, description = "The job, queued again.", body = Envelope<JobData>)))]
pub(super) async fn retry(State(app): State<Arc<App>>, Path(id): Path<JobId>) -> Result<Reply<JobData>, ApiError> {
    let queued = |app: &App, job: &JobId| {
        // Its stems cannot change between the check of their use and this step.
        let view = app.jobs.load(&app.store, job)?;
        let _lock = app.sessions.lock(&view.session);
        Ok(app.engine.retry(job)?)
    };
    step(&app, id, queued, "Queued again").await
}

async fn step(
    app: &Arc<App>,
    id: JobId,
    step: fn(&App, &JobId) -> Result<Record, ApiError>,
    message: &'static str,
) -> Result<Reply<JobData>, ApiError> {
    let taken = move |app: &App| {
        let record = step(app, &id)?;
        app.jobs.forget(&id);
        if Delivery::of(&record).is_some() {
            app.callbacks.expect(id.clone());
        }
        Ok(Reply::new(app.jobs.load(&app.store, &id)?.data.clone(), message))
    };
    app.blocking(taken).await
}

/// Outcome of a deletion.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DeletedJob {
    /// The job.
    job_id: String,
    /// Number of results that were deleted with it.
    results_deleted: u64,
    /// Bytes of these results.
    bytes_freed: u64,
}

/// Deletes a job with its result
///
/// One that waits is cancelled first; one that runs is refused.
#[utoipa::path(delete, path = "/api/jobs/{id}", tag = "jobs",
    params(("id" = String, Path, description = "The job.")),
    responses((status = 200, description = "The job is deleted.", body = Envelope<DeletedJob>)))]
pub(super) async fn delete(State(app): State<Arc<App>>, Path(id): Path<JobId>) -> Result<Reply<DeletedJob>, ApiError> {
    let deleted = move |app: &App| {
        let deleted = app.engine.delete(&id)?;
        app.jobs.forget(&id);
        let (results_deleted, bytes_freed) = (deleted.results, deleted.bytes);
        Ok(Reply::new(DeletedJob { job_id: id.to_string(), results_deleted, bytes_freed }, "Deleted"))
    };
    app.blocking(deleted).await
}
