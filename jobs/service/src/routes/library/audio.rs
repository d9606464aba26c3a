//! `POST /api/audio`: the stems of a song, uploaded.

use crate::app::App;
use crate::error::{ApiError, Code};
use crate::extract::Query;
use crate::files::header;
use crate::library::{AudioView, Receiving};
use crate::reply::{Envelope, Reply};
use crate::routes::sessions::Unread;
use crate::sessions::StemName;
use axum::extract::multipart::MultipartError;
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Request, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, LOCATION};
use futures_util::StreamExt;
use mixdown_library::StemType;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Longest value of a field of the form, in bytes.
const FIELD: usize = 1_000;

/// Details of an upload.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Details {
    /// Name of the file in a body that is one file, such as `song.wav`.
    name: Option<String>,
    /// Type of all stems; if left out, the analysis finds it by sound.
    #[serde(rename = "type")]
    #[param(value_type = Option<String>)]
    stem_type: Option<String>,
    /// False leaves the analysis out; if left out, true.
    analyse: Option<bool>,
}

/// Returns the routes.
pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    // Uploads count their bytes themselves.
    OpenApiRouter::new().routes(routes!(upload)).layer(DefaultBodyLimit::disable())
}

/// Uploads the stems of one song: a form with a `file` each and a `name`, or one file as the body.
/// Each is decoded; then the song is added whole, and a job analyses it. Stems that the library has
/// already are that song, with status 200.
#[utoipa::path(post, path = "/api/audio", tag = "library", params(Details),
    request_body(content(
        (Object = "multipart/form-data"),
        (Vec<u8> = "application/octet-stream"),
    )),
    responses(
    (status = 200, description = "The library has these stems already.", body = Envelope<AudioView>),
    (status = 201, description = "The song.", body = Envelope<AudioView>, headers(("Location" = String))),
    (status = 400, description = "BAD_QUERY, BAD_STEM_NAME, BAD_REQUEST, UPLOAD_CUT."),
    (status = 409, description = "TOO_MANY_STEMS."),
    (status = 413, description = "UPLOAD_TOO_LARGE."),
    (status = 415, description = "UNSUPPORTED_FORMAT."),
    (status = 422, description = "NO_FILES, LIBRARY_INVALID, STEM_UNREADABLE, STEM_TOO_LONG, STEM_EMPTY."),
    (status = 503, description = "STOPPING, TIMED_OUT, STORE_BUSY."),
    (status = 507, description = "DISK_FULL."),
))]
async fn upload(
    State(app): State<Arc<App>>,
    Query(details): Query<Details>,
    request: Request,
) -> Result<Reply<AudioView>, ApiError> {
    let stem_type =
        details.stem_type.as_deref().map(|name| name.to_ascii_lowercase().parse::<StemType>()).transpose()?;
    let mut song = Receiving::begin(&app).await?;
    let kind = header(request.headers(), &CONTENT_TYPE).unwrap_or_default();
    let name = if kind.starts_with("multipart/form-data") {
        let unread = Unread::default();
        let form = Multipart::from_request(unread.counted(request), &()).await;
        let form = form.map_err(|rejection| ApiError::new(Code::BadRequest, rejection.body_text()))?;
        receive_form(&mut song, form, &unread).await?.or(details.name)
    } else {
        let missing = "name = FILE in the query is needed for a body that is one file, such as name=song.wav";
        let name = details.name.ok_or_else(|| ApiError::new(Code::BadQuery, missing))?;
        let length = header(request.headers(), &CONTENT_LENGTH).and_then(|digits| digits.parse().ok());
        song.take(name.parse()?, length, request.into_body().into_data_stream()).await?;
        None
    };
    if song.is_empty() {
        return Err(ApiError::new(Code::NoFiles, "the form has no file"));
    }
    let analyse = details.analyse.unwrap_or(true);
    // A song that has arrived is added even if its client leaves now.
    let (view, is_new) = app.blocking(move |_| song.finish(name, stem_type, analyse)).await?;
    let location = format!("/api/audio/{}", view.audio_file_id());
    let (status, message) = if is_new {
        (StatusCode::CREATED, "Song uploaded successfully")
    } else {
        (StatusCode::OK, "The library has these stems already")
    };
    Ok(Reply::new(view, message).status(status).header(LOCATION, location))
}

/// Receives the files of a form; returns its field `name`.
async fn receive_form(song: &mut Receiving, mut form: Multipart, unread: &Unread) -> Result<Option<String>, ApiError> {
    let bad = |error: MultipartError| ApiError::new(Code::BadRequest, format!("the form: {}", error.body_text()));
    let mut name = None;
    while let Some(field) = form.next_field().await.map_err(bad)? {
        if let Some(file) = field.file_name() {
            let file: StemName = file.parse()?;
            song.take(file, None, field.inspect(|_| unread.reset())).await?;
        } else if field.name() == Some("name") {
            let text = field.text().await.map_err(bad)?;
            if text.len() > FIELD {
                return Err(ApiError::new(Code::BadRequest, format!("name has more than {FIELD} bytes")));
            }
            name = Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        }
    }
    Ok(name)
}
