//! The status routes of existing clients: the status contract, with fitting HTTP statuses.

use crate::app::App;
use crate::error::{ApiError, Code};
use crate::extract::{Path, Query};
use crate::reply::Envelope;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use mixdown_shell::job::JobId;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Returns the routes.
pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(by_path)).routes(routes!(by_query))
}

/// A job by the status contract of `docs/jobs.md`, as the document is described.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used: the document is that of the job shell")]
struct JobStatus {
    /// The job's id.
    job_id: String,
    /// Its state; of a mix that runs, its stage.
    state: String,
    /// Percent done, 0 to 100; 100 when complete, and only then.
    #[schema(maximum = 100)]
    progress: u8,
    /// A sentence for users.
    message: String,
    /// The reason for its failure, in state `error`; null otherwise.
    error: Option<String>,
    /// Time of submission.
    #[schema(format = DateTime)]
    created_at: String,
    /// Time of the last change.
    #[schema(format = DateTime)]
    updated_at: String,
    /// The stage of a job of another type than mix, while it runs.
    #[schema(nullable = false)]
    stage: Option<String>,
    /// The master, as long as the result is this job's.
    #[schema(nullable = false)]
    result_url: Option<String>,
}

/// Shows the state of a mix
#[utoipa::path(get, path = "/mix/{session}/mix/job/{job}/status", tag = "status",
    params(("session" = String, Path, description = "The session."), ("job" = String, Path, description = "The job.")),
    responses((status = 200, description = "The state of the job.", body = Envelope<JobStatus>)))]
async fn by_path(
    State(app): State<Arc<App>>,
    Path((session, job)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    status(&app, &session, &job).await
}

/// A job of a project.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Named {
    /// The job.
    job_id: String,
}

/// Shows the state of a project's mix
#[utoipa::path(get, path = "/api/projects/{session}/mix/status", tag = "status",
    params(("session" = String, Path, description = "The session."), Named),
    responses((status = 200, description = "The state of the job.", body = Envelope<JobStatus>)))]
async fn by_query(
    State(app): State<Arc<App>>,
    Path(session): Path<String>,
    Query(named): Query<Named>,
) -> Result<Response, ApiError> {
    status(&app, &session, &named.job_id).await
}

async fn status(app: &Arc<App>, session: &str, job: &str) -> Result<Response, ApiError> {
    let unknown = || ApiError::new(Code::JobNotFound, "Job not found");
    // An invalid id names no job.
    let job: JobId = job.parse().map_err(|_| unknown())?;
    let view = app.view(&job).await.map_err(contract)?;
    if view.session.as_str() != session {
        return Err(unknown());
    }
    Ok(([(CONTENT_TYPE, "application/json")], view.status.clone()).into_response())
}

/// Returns a refusal with one of the codes that the contract has.
fn contract(error: ApiError) -> ApiError {
    match error.code() {
        // The last three pass by themselves, and have a status of their own.
        Code::JobNotFound
        | Code::JobExpired
        | Code::JobRecordCorrupt
        | Code::JobRecordNewer
        | Code::StoreBusy
        | Code::Stopping
        | Code::DiskFull => error,
        // The contract has one cause for every job without a record.
        Code::JobDeleted => ApiError::new(Code::JobExpired, "Job expired"),
        _ => ApiError::new(Code::JobStatusError, error.message()),
    }
}
