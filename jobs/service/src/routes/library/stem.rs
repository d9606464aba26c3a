//! `GET`, `PATCH` and `DELETE /api/stems/{id}`.

use crate::app::App;
use crate::error::ApiError;
use crate::extract::{Json, Path};
use crate::library::{LibraryStem, StemDetails, check_idle};
use crate::reply::{Envelope, Reply};
use axum::extract::State;
use mixdown_library::Patch;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// A stem with its song.
#[derive(Debug, Serialize, ToSchema)]
struct OneStem {
    /// The stem.
    stem: StemDetails,
}

/// A stem after a change.
#[derive(Debug, Serialize, ToSchema)]
struct ChangedStem {
    /// The stem.
    stem: LibraryStem,
}

/// A stem that was deleted.
#[derive(Debug, Serialize, ToSchema)]
struct DeletedStem {
    /// Its id.
    stem_id: String,
}

/// Changes of what users set.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Changes {
    /// New tags, in place of all before.
    tags: Option<Vec<String>>,
    /// True for a favourite.
    favourite: Option<bool>,
}

/// Returns the routes.
pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(get, patch, delete))
}

/// Returns a stem with chords, beats and sections of its song.
#[utoipa::path(get, path = "/api/stems/{id}", tag = "library", params(("id" = String, Path)), responses(
    (status = 200, description = "The stem.", body = Envelope<OneStem>),
    (status = 404, description = "LIBRARY_STEM_NOT_FOUND."),
))]
async fn get(State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<Reply<OneStem>, ApiError> {
    let stem = app.blocking(move |app| app.library.with(|library| library.get(&id))).await?;
    Ok(Reply::new(OneStem { stem: stem.into() }, "Stem retrieved successfully"))
}

/// Changes the tags of a stem, or its mark as a favourite.
#[utoipa::path(patch, path = "/api/stems/{id}", tag = "library", params(("id" = String, Path)),
    request_body = Changes, responses(
    (status = 200, description = "The stem.", body = Envelope<ChangedStem>),
    (status = 400, description = "BAD_JSON."),
    (status = 404, description = "LIBRARY_STEM_NOT_FOUND."),
    (status = 413, description = "BODY_TOO_LARGE."),
    (status = 415, description = "WRONG_CONTENT_TYPE."),
    (status = 422, description = "INVALID_BODY, LIBRARY_INVALID."),
))]
async fn patch(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Json(changes): Json<Changes>,
) -> Result<Reply<ChangedStem>, ApiError> {
    let patch = Patch { tags: changes.tags, favourite: changes.favourite };
    let stem = app.blocking(move |app| app.library.with(|library| library.patch(&id, &patch))).await?;
    Ok(Reply::new(ChangedStem { stem: stem.into() }, "Stem changed successfully"))
}

/// Deletes a stem; with its last one its audio file vanishes. Its file vanishes if it was uploaded.
#[utoipa::path(delete, path = "/api/stems/{id}", tag = "library", params(("id" = String, Path)), responses(
    (status = 200, description = "The stem is deleted.", body = Envelope<DeletedStem>),
    (status = 404, description = "LIBRARY_STEM_NOT_FOUND."),
    (status = 409, description = "AUDIO_BUSY."),
))]
async fn delete(State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<Reply<DeletedStem>, ApiError> {
    let stem_id = app.blocking(move |app| delete_stem(app, &id).map(|()| id)).await?;
    Ok(Reply::new(DeletedStem { stem_id }, "Stem deleted successfully"))
}

/// Deletes a stem that no job uses. Blocks.
pub(super) fn delete_stem(app: &App, id: &str) -> Result<(), ApiError> {
    let audio = app.library.with(|library| library.get(id))?.record.audio_file_id;
    if let Ok(session) = audio.parse() {
        check_idle(app, &session)?;
    }
    app.library.with(|library| library.remove(id))
}
