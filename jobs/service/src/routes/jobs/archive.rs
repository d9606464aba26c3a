//! `GET /api/jobs/{id}/files.zip`.

use super::files::check_result;
use crate::answer_file::open_entry;
use crate::app::App;
use crate::archive;
use crate::error::{ApiError, Code};
use crate::extract::Path;
use axum::extract::State;
use axum::http::header::{ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use mixdown_shell::job::JobId;
use std::sync::Arc;

/// Returns all files of a job's result as one archive
///
/// A zip file without compression, made while it is sent: it has no ranges and no entity tag.
#[utoipa::path(get, path = "/api/jobs/{id}/files.zip", tag = "jobs",
    params(("id" = String, Path, description = "The job.")),
    responses((status = 200, description = "The archive.", body = Vec<u8>, content_type = "application/zip")))]
pub(super) async fn all(State(app): State<Arc<App>>, Path(id): Path<JobId>) -> Result<Response, ApiError> {
    let view = app.view(&id).await?;
    check_result(&view)?;
    if view.data.files.is_empty() {
        return Err(ApiError::new(Code::FileNotFound, "the job has no files"));
    }
    let name = format!("attachment; filename=\"{}.zip\"", view.session);
    let opened = move |app: &App| {
        let folder = app.store.layout().results(&view.session);
        let open = |name: &String| open_entry(&folder.join(name), name);
        let entries = view.data.files.iter().map(|file| open(&file.name)).collect::<Result<Vec<_>, _>>()?;
        let length = archive::length(&entries).map_err(|error| ApiError::from_io(&error, &error))?;
        Ok((entries, length))
    };
    let (entries, length) = app.blocking(opened).await?;
    let fixed = [
        (CONTENT_TYPE, "application/zip"),
        (CONTENT_DISPOSITION, name.as_str()),
        (ACCEPT_RANGES, "none"),
        (CACHE_CONTROL, "private, no-store"),
    ];
    let length = length.map(|bytes| [(CONTENT_LENGTH, bytes.to_string())]);
    Ok((fixed, length, archive::body(entries)).into_response())
}
