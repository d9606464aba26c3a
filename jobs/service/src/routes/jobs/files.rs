//! `GET /api/jobs/{id}/files/{name}`.

use crate::answer_file::answer_file;
use crate::app::App;
use crate::error::{ApiError, Code};
use crate::extract::Path;
use crate::jobs::View;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use mixdown_shell::job::{JobId, Life};
use std::sync::Arc;

/// Returns a file of a job's result
///
/// Ranges and entity tags work. A later mix of the session replaces it, and expiry deletes it.
#[utoipa::path(get, path = "/api/jobs/{id}/files/{name}", tag = "jobs",
    params(("id" = String, Path, description = "The job."), ("name" = String, Path, description = "One of its `files`.")),
    responses(
        (status = 200, description = "The file.", body = Vec<u8>, content_type = "*/*"),
        (status = 206, description = "A range of it.", body = Vec<u8>, content_type = "*/*"),
        (status = 304, description = "The file has the tag of If-None-Match."),
    ))]
pub(super) async fn file(
    State(app): State<Arc<App>>,
    Path((id, name)): Path<(JobId, String)>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let view = app.view(&id).await?;
    check_result(&view)?;
    // The list decides: a name that is not in it never becomes a path.
    let Some(file) = view.data.files.iter().find(|file| file.name == name) else {
        return Err(ApiError::new(Code::FileNotFound, "the job has no file of this name"));
    };
    let path = app.store.layout().results(&view.session).join(&file.name);
    answer_file(&app, &headers, path, &file.name).await
}

/// Refuses the files of a job that has no result, or no longer has it.
pub(super) fn check_result(view: &View) -> Result<(), ApiError> {
    if view.life != Life::Complete {
        return Err(ApiError::new(Code::JobIncomplete, format!("the job is {}", view.data.state)));
    }
    if view.master.is_none() && view.data.kind != "cleanup" {
        return Err(ApiError::new(Code::ResultReplaced, "a later mix of the session replaced the result"));
    }
    Ok(())
}
