//! Notation: `POST /api/audio/{id}/notate` and `GET /api/stems/{id}/notation`.

use crate::app::App;
use crate::error::{ApiError, Code};
use crate::extract::{Path, Query};
use crate::library::{QueuedJob, notate_audio};
use crate::reply::{Envelope, Reply};
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use mixdown_library::{NotationFormat, notation_file};
use mixdown_shell::job::SessionId;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Form of the notation.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Form {
    /// json, midi, musicxml or svg; if left out, json.
    format: Option<String>,
}

/// Returns the routes.
pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(notate)).routes(routes!(notation))
}

/// Queues a job that finds the notes of an audio file's stems, and keeps them with the stems.
#[utoipa::path(post, path = "/api/audio/{id}/notate", tag = "library", params(("id" = String, Path)), responses(
    (status = 202, description = "The notation is queued.", body = Envelope<QueuedJob>, headers(("Location" = String))),
    (status = 400, description = "BAD_ID."),
    (status = 404, description = "AUDIO_NOT_FOUND."),
    (status = 409, description = "AUDIO_BUSY."),
    (status = 422, description = "STEM_MISSING."),
    (status = 503, description = "STORE_BUSY."),
))]
async fn notate(State(app): State<Arc<App>>, Path(id): Path<SessionId>) -> Result<Reply<QueuedJob>, ApiError> {
    let queued = app.blocking(move |app| notate_audio(app, &id)).await?;
    Ok(queued.accepted("The notation is queued"))
}

/// Returns the notation of a stem as a file: its notes in JSON, MIDI quantised to the bars of the
/// song, MusicXML, or a piano roll.
#[utoipa::path(get, path = "/api/stems/{id}/notation", tag = "library", params(("id" = String, Path), Form), responses(
    (status = 200, description = "The file.", content_type = "*/*"),
    (status = 400, description = "BAD_QUERY."),
    (status = 404, description = "LIBRARY_STEM_NOT_FOUND, NO_NOTATION."),
    (status = 422, description = "LIBRARY_INVALID."),
))]
async fn notation(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Query(form): Query<Form>,
) -> Result<Response, ApiError> {
    let format: NotationFormat = form.format.as_deref().unwrap_or("json").parse()?;
    let found = app
        .blocking(move |app| {
            let (stem, audio) = app.library.with(|library| {
                let stem = library.get(&id)?;
                let audio = library.audio(&stem.record.audio_file_id)?;
                Ok((stem, audio))
            })?;
            Ok(notation_file(&stem, &audio, format)?)
        })
        .await?;
    let missing = "the stem has no notes, or its song no bars; POST /api/audio/{id}/notate finds them";
    let (name, bytes) = found.ok_or_else(|| ApiError::new(Code::NoNotation, missing))?;
    // Letters that a header cannot carry are left out of the name.
    let name: String =
        name.chars().filter(|letter| letter.is_ascii_alphanumeric() || " -_.".contains(*letter)).collect();
    let place = HeaderValue::from_str(&format!("inline; filename=\"{name}\""));
    let mut response =
        ([(CONTENT_TYPE, format.content_type()), (CACHE_CONTROL, "private, no-cache")], bytes).into_response();
    if let Ok(place) = place {
        response.headers_mut().insert(CONTENT_DISPOSITION, place);
    }
    Ok(response)
}
