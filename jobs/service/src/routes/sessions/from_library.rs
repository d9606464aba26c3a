//! `POST /api/sessions/{id}/stems/from-library`.

use super::views::{StemList, StemView};
use crate::app::App;
use crate::error::{ApiError, Code};
use crate::extract::{Json, Path};
use crate::library::open_stem;
use crate::reply::{Envelope, Reply};
use crate::sessions::StemName;
use crate::upload::{Received, Upload, receive};
use axum::extract::State;
use axum::http::StatusCode;
use mixdown_shell::job::SessionId;
use serde::Deserialize;
use serde_json::json;
use std::path::Path as FilePath;
use std::sync::Arc;
use tokio_util::io::ReaderStream;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Most stems of a request.
const MOST: usize = 256;
/// Bytes of a file that are in memory at once.
const BUFFER: usize = 256 << 10;

/// Stems of the library.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct FromLibrary {
    /// Their ids.
    stem_ids: Vec<String>,
}

/// Returns the routes.
pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(add))
}

/// Copies stems of the library into the session, each with a track; its use is counted. A stem has
/// the name of its file, or one with a number where that is taken. At the first one that is
/// refused, `data.stems` has those before it.
#[utoipa::path(post, path = "/api/sessions/{id}/stems/from-library", tag = "library",
    params(("id" = String, Path)), request_body = FromLibrary, responses(
    (status = 201, description = "The new stems of the session.", body = Envelope<StemList>),
    (status = 400, description = "BAD_ID, BAD_JSON, BAD_STEM_NAME."),
    (status = 404, description = "SESSION_NOT_FOUND, LIBRARY_STEM_NOT_FOUND."),
    (status = 409, description = "UPLOAD_IN_PROGRESS, TOO_MANY_STEMS."),
    (status = 413, description = "BODY_TOO_LARGE, UPLOAD_TOO_LARGE, SESSION_QUOTA."),
    (status = 415, description = "WRONG_CONTENT_TYPE."),
    (status = 422, description = "INVALID_BODY, STEM_MISSING, STEM_UNREADABLE."),
    (status = 503, description = "STOPPING, TIMED_OUT."),
    (status = 507, description = "DISK_FULL."),
))]
async fn add(
    State(app): State<Arc<App>>,
    Path(session): Path<SessionId>,
    Json(request): Json<FromLibrary>,
) -> Result<Reply<StemList>, ApiError> {
    if request.stem_ids.is_empty() || request.stem_ids.len() > MOST {
        return Err(ApiError::new(Code::InvalidBody, format!("stem_ids has 1 to {MOST} ids")));
    }
    let known = session.clone();
    app.blocking(move |app| app.sessions.get(&known).map(drop)).await?;
    let mut list = StemList { stems: Vec::new(), rev: 0 };
    for id in request.stem_ids {
        match copy(&app, &session, id, &mut list).await {
            Ok(()) => {}
            Err(error) if list.stems.is_empty() => return Err(error),
            Err(error) => return Err(error.data(json!(list))),
        }
    }
    Ok(Reply::new(list, "Stems added successfully").status(StatusCode::CREATED))
}

/// Copies one stem.
async fn copy(app: &Arc<App>, session: &SessionId, id: String, list: &mut StemList) -> Result<(), ApiError> {
    let (into, of) = (session.clone(), id.clone());
    let (file, bytes, name) = app
        .blocking(move |app| {
            let record = app.library.with(|library| library.get(&of))?.record;
            let (file, path) = open_stem(&app.library, &record)?;
            let bytes = file.metadata().map_err(|error| ApiError::from_io(&error, &error))?.len();
            Ok((file, bytes, free_name(app, &into, &path)?))
        })
        .await?;
    let body = ReaderStream::with_capacity(tokio::fs::File::from_std(file), BUFFER);
    let content_length = Some(bytes);
    let upload = Upload { session: session.clone(), name, key: None, range: None, content_length, resumable: false };
    if let Received::Placed { file, stem, .. } = receive(app, upload, body).await? {
        list.stems.push(StemView::from(&*stem));
        list.rev = file.rev;
    }
    app.blocking(move |app| app.library.with(|library| library.use_stem(&id).map(drop))).await
}

/// Returns the name of a file, or one with a number that no stem of the session has.
fn free_name(app: &App, session: &SessionId, path: &FilePath) -> Result<StemName, ApiError> {
    let file = app.sessions.get(session)?;
    let text = |part: Option<&std::ffi::OsStr>| part.map(|part| part.to_string_lossy().into_owned());
    let stem = text(path.file_stem()).unwrap_or_default();
    let extension = text(path.extension()).map_or(String::new(), |extension| format!(".{extension}"));
    let mut name: StemName = format!("{stem}{extension}").parse()?;
    let mut number = 2;
    while file.stem(&name).is_ok() {
        name = format!("{stem} {number}{extension}").parse()?;
        number += 1;
    }
    Ok(name)
}
