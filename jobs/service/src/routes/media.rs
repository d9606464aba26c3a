//! `GET /media/{session}/mix_outputs/{file}`: the address of a result in status documents.

use crate::answer_file::answer_file;
use crate::app::App;
use crate::error::{ApiError, Code};
use crate::extract::Path;
use crate::jobs::FileData;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use mixdown_shell::job::SessionId;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Returns the routes.
pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(media))
}

/// Returns a file of a session's result: that of its last complete mix
#[utoipa::path(get, path = "/media/{session}/mix_outputs/{file}", tag = "status",
    params(("session" = String, Path, description = "The session."),
        ("file" = String, Path, description = "The file, such as `final_mix.wav`.")),
    responses(
        (status = 200, description = "The file.", body = Vec<u8>, content_type = "*/*"),
        (status = 206, description = "A range of it.", body = Vec<u8>, content_type = "*/*"),
        (status = 304, description = "The file has the tag of If-None-Match."),
    ))]
async fn media(
    State(app): State<Arc<App>>,
    Path((session, file)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let missing = || ApiError::new(Code::FileNotFound, "the session has no result with a file of this name");
    // An invalid id names no session.
    let session: SessionId = session.parse().map_err(|_| missing())?;
    let of = session.clone();
    let files = app.blocking(move |app| files(app, &of)).await?;
    let Some(file) = files.into_iter().find(|known| known.name == file) else { return Err(missing()) };
    let path = app.store.layout().results(&session).join(&file.name);
    answer_file(&app, &headers, path, &file.name).await
}

/// Returns the files of a session's result. Blocks.
fn files(app: &App, session: &SessionId) -> Result<Vec<FileData>, ApiError> {
    if let Some(owner) = app.jobs.owner(&app.store, session) {
        return Ok(app.jobs.load(&app.store, &owner)?.data.files.clone());
    }
    let ended = app.store.journal.history()?.into_iter().any(|line| line.session_id == *session);
    let waits = !app.store.index.jobs_of(session)?.is_empty();
    if ended && !waits {
        return Err(ApiError::new(Code::JobExpired, "the session's result expired; mix it again"));
    }
    Ok(Vec::new())
}
