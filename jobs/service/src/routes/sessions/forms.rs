//! `POST /api/sessions/{id}/stems`: files of a browser's form.

use super::unread::Unread;
use super::views::{StemList, StemView};
use crate::app::App;
use crate::error::{ApiError, Code};
use crate::extract::Path;
use crate::reply::{Envelope, Reply};
use crate::sessions::StemName;
use crate::upload::{Received, Upload, receive};
use axum::extract::multipart::MultipartError;
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Request, State};
use axum::http::StatusCode;
use futures_util::StreamExt;
use mixdown_shell::job::SessionId;
use serde_json::json;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Returns the routes.
pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    // Uploads count their bytes themselves.
    OpenApiRouter::new().routes(routes!(upload_form)).layer(DefaultBodyLimit::disable())
}

/// Uploads the files of a form, each as the stem of its file name. At the first one that is
/// refused, `data.stems` has those before it.
#[utoipa::path(post, path = "/api/sessions/{id}/stems", tag = "stems", params(("id" = String, Path)),
    request_body(content = Object, content_type = "multipart/form-data"),
    responses(
    (status = 201, description = "The stems of the form.", body = Envelope<StemList>),
    (status = 400, description = "BAD_ID, BAD_STEM_NAME, BAD_REQUEST, UPLOAD_CUT."),
    (status = 404, description = "SESSION_NOT_FOUND."),
    (status = 409, description = "STEM_IN_USE, UPLOAD_IN_PROGRESS, TOO_MANY_STEMS."),
    (status = 413, description = "UPLOAD_TOO_LARGE, SESSION_QUOTA."),
    (status = 415, description = "WRONG_CONTENT_TYPE, UNSUPPORTED_FORMAT."),
    (status = 422, description = "NO_FILES, STEM_UNREADABLE, STEM_TOO_LONG, STEM_EMPTY."),
    (status = 503, description = "STOPPING, TIMED_OUT."),
    (status = 507, description = "DISK_FULL."),
))]
async fn upload_form(
    State(app): State<Arc<App>>,
    Path(session): Path<SessionId>,
    request: Request,
) -> Result<Reply<StemList>, ApiError> {
    let known = session.clone();
    app.blocking(move |app| app.sessions.get(&known).map(drop)).await?;
    let unread = Unread::default();
    let form = Multipart::from_request(unread.counted(request), &()).await;
    let mut form = form.map_err(|rejection| ApiError::new(Code::WrongContentType, rejection.body_text()))?;
    let mut list = StemList { stems: Vec::new(), rev: 0 };
    loop {
        let added = next_file(&app, &session, &mut form, &unread, &mut list).await;
        match added {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) if list.stems.is_empty() => return Err(error),
            Err(error) => return Err(error.data(json!(list))),
        }
    }
    if list.stems.is_empty() {
        return Err(ApiError::new(Code::NoFiles, "the form has no file"));
    }
    Ok(Reply::new(list, "Stems uploaded successfully").status(StatusCode::CREATED))
}

/// Receives the next file of a form; returns false after the last.
async fn next_file(
    app: &Arc<App>,
    session: &SessionId,
    form: &mut Multipart,
    unread: &Unread,
    list: &mut StemList,
) -> Result<bool, ApiError> {
    let bad = |error: MultipartError| ApiError::new(Code::BadRequest, format!("the form: {}", error.body_text()));
    let Some(field) = form.next_field().await.map_err(bad)? else { return Ok(false) };
    // Other fields of the form are not files.
    let Some(name) = field.file_name() else { return Ok(true) };
    let name: StemName = name.parse()?;
    let upload =
        Upload { session: session.clone(), name, key: None, range: None, content_length: None, resumable: false };
    if let Received::Placed { file, stem, .. } = receive(app, upload, field.inspect(|_| unread.reset())).await? {
        list.stems.push(StemView::from(&*stem));
        list.rev = file.rev;
    }
    Ok(true)
}
