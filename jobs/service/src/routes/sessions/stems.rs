//! The stems of a session: listed, read, deleted.

use super::views::{Revision, StemList};
use crate::app::App;
use crate::error::{ApiError, Code};
use crate::extract::Path;
use crate::files::FileReply;
use crate::reply::{Envelope, Reply};
use crate::sessions::{Stem, StemName};
use crate::upload::{UPLOAD_OFFSET, check_stem_idle, upload_key};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use mixdown_shell::job::SessionId;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Returns the routes.
pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(list_stems)).routes(routes!(head_stem, get_stem, delete_stem))
}

/// Returns the stems of a session.
#[utoipa::path(get, path = "/api/sessions/{id}/stems", tag = "stems", params(("id" = String, Path)), responses(
    (status = 200, description = "The stems.", body = Envelope<StemList>),
    (status = 400, description = "BAD_ID."),
    (status = 404, description = "SESSION_NOT_FOUND."),
))]
async fn list_stems(State(app): State<Arc<App>>, Path(session): Path<SessionId>) -> Result<Reply<StemList>, ApiError> {
    let list = app.blocking(move |app| Ok(StemList::of(&app.sessions.get(&session)?))).await?;
    Ok(Reply::new(list, "Stems retrieved successfully"))
}

/// Returns the file of a stem, or a range of it.
#[utoipa::path(get, path = "/api/sessions/{id}/stems/{name}", tag = "stems",
    params(("id" = String, Path), ("name" = String, Path)), responses(
    (status = 200, description = "The file.", content_type = "*/*"),
    (status = 206, description = "The range.", content_type = "*/*"),
    (status = 304, description = "The file is the one that the request names."),
    (status = 400, description = "BAD_ID, BAD_STEM_NAME."),
    (status = 404, description = "SESSION_NOT_FOUND, STEM_NOT_FOUND."),
    (status = 412, description = "PRECONDITION_FAILED."),
    (status = 416, description = "RANGE_NOT_SATISFIABLE."),
    (status = 422, description = "STEM_MISSING."),
))]
async fn get_stem(
    State(app): State<Arc<App>>,
    Path((session, name)): Path<(SessionId, String)>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let name: StemName = name.parse()?;
    let reply = app.blocking(move |app| open(app, &session, &name)).await?;
    Ok(reply.respond(&headers))
}

/// Returns the headers of a stem's file; `Upload-Offset` has the bytes of an upload in progress.
#[utoipa::path(head, path = "/api/sessions/{id}/stems/{name}", tag = "stems",
    params(("id" = String, Path), ("name" = String, Path),
        ("Upload-Key" = Option<String>, Header, description = "The key of the upload in progress.")), responses(
    (status = 200, description = "The stem, or an upload in progress.", headers(("Upload-Offset" = u64))),
    (status = 206, description = "The range."),
    (status = 304, description = "The file is the one that the request names."),
    (status = 400, description = "BAD_ID, BAD_STEM_NAME, BAD_UPLOAD_KEY."),
    (status = 404, description = "SESSION_NOT_FOUND, STEM_NOT_FOUND."),
    (status = 412, description = "PRECONDITION_FAILED."),
    (status = 416, description = "RANGE_NOT_SATISFIABLE."),
    (status = 422, description = "STEM_MISSING."),
))]
async fn head_stem(
    State(app): State<Arc<App>>,
    Path((session, name)): Path<(SessionId, String)>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let name: StemName = name.parse()?;
    let key = upload_key(&headers)?;
    let (part, found) = app
        .blocking(move |app| Ok((app.sessions.part(&session, &name, key.as_ref()), open(app, &session, &name))))
        .await?;
    let mut response = match found {
        Ok(reply) => reply.respond(&headers),
        Err(error) if part.is_some() && error.code() == Code::StemNotFound => StatusCode::OK.into_response(),
        Err(error) => return Err(error),
    };
    if let Some(part) = part {
        response.headers_mut().insert(UPLOAD_OFFSET, part.bytes.into());
    }
    Ok(response)
}

/// Deletes a stem with its tracks, and an upload of its name that is not complete.
#[utoipa::path(delete, path = "/api/sessions/{id}/stems/{name}", tag = "stems",
    params(("id" = String, Path), ("name" = String, Path),
        ("Upload-Key" = Option<String>, Header, description = "The key of the upload in progress.")), responses(
    (status = 200, description = "The stem is deleted.", body = Envelope<Revision>),
    (status = 400, description = "BAD_ID, BAD_STEM_NAME, BAD_UPLOAD_KEY."),
    (status = 404, description = "SESSION_NOT_FOUND, STEM_NOT_FOUND."),
    (status = 409, description = "STEM_IN_USE, UPLOAD_IN_PROGRESS."),
))]
async fn delete_stem(
    State(app): State<Arc<App>>,
    Path((session, name)): Path<(SessionId, String)>,
    headers: HeaderMap,
) -> Result<Reply<Revision>, ApiError> {
    let name: StemName = name.parse()?;
    let key = upload_key(&headers)?;
    let rev = app
        .blocking(move |app| {
            let sessions = &app.sessions;
            let _held = sessions.hold_upload(&session, &name)?;
            let lock = sessions.lock(&session);
            let file = sessions.get(&session)?;
            let has_part = sessions.part(&session, &name, key.as_ref()).is_some();
            // With a key the upload is meant, without one the stem where there is one.
            if has_part && (key.is_some() || file.stem(&name).is_err()) {
                sessions.remove_part(&session, &name, key.as_ref())?;
                return Ok(file.rev);
            }
            if key.is_some() {
                return Err(ApiError::new(Code::StemNotFound, format!("no upload of {name:?} has this key")));
            }
            check_stem_idle(app, &session, &name)?;
            let file = sessions.remove_stem(&lock, &session, &name, app.store.now())?;
            sessions.remove_part(&session, &name, None)?;
            Ok(file.rev)
        })
        .await?;
    Ok(Reply::new(Revision { rev }, "Stem deleted successfully"))
}

/// Opens the file of a stem. Under the lock, so that no upload replaces it between two steps.
fn open(app: &crate::app::App, session: &SessionId, name: &StemName) -> Result<FileReply, ApiError> {
    let _lock = app.sessions.lock(session);
    let file = app.sessions.get(session)?;
    let stem = file.stem(name)?;
    let opened = app.sessions.open_stem(session, stem)?;
    FileReply::new(opened, stem.etag(), content_type(stem)).map_err(|error| ApiError::from_io(&error, &error))
}

/// Returns the content type of a stem by its container.
fn content_type(stem: &Stem) -> &'static str {
    match stem.format.split(' ').next().unwrap_or_default() {
        "wav" | "rf64" | "bw64" | "w64" => "audio/wav",
        "aiff" | "aifc" => "audio/aiff",
        "flac" => "audio/flac",
        "mp3" | "mp2" | "mp1" => "audio/mpeg",
        "mp4" => "audio/mp4",
        "adts" => "audio/aac",
        "ogg" => "audio/ogg",
        "caf" => "audio/x-caf",
        "matroska" => "audio/x-matroska",
        "au" => "audio/basic",
        _ => "application/octet-stream",
    }
}
