//! `POST /api/audio/{id}/separate` and `POST /api/audio/{id}/chain`.

use crate::app::App;
use crate::error::ApiError;
use crate::extract::{OptionalJson, Path};
use crate::library::{QueuedJob, separate_audio};
use crate::reply::{Envelope, Reply};
use axum::extract::State;
use mixdown_shell::job::SessionId;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The way of a separation.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Way {
    /// The stem that is split; needed only where the audio file has several.
    pub(super) stem_id: Option<String>,
    /// demucs, or classical; if left out, demucs.
    pub(super) with: Option<String>,
    /// The model of demucs; if left out, its usual one.
    pub(super) model: Option<String>,
}

/// Returns the routes.
pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(separate)).routes(routes!(chain))
}

/// Queues the separation of a song into parts, which become stems of the audio file and are
/// analysed. `demucs` is an external program; `classical` splits by masks into percussive, harmonic
/// and centre, and is chosen by name alone.
#[utoipa::path(post, path = "/api/audio/{id}/separate", tag = "library", params(("id" = String, Path)),
    request_body = Option<Way>, responses(
    (status = 202, description = "The separation is queued.", body = Envelope<QueuedJob>, headers(("Location" = String))),
    (status = 400, description = "BAD_ID, BAD_JSON."),
    (status = 404, description = "AUDIO_NOT_FOUND, LIBRARY_STEM_NOT_FOUND."),
    (status = 409, description = "AUDIO_BUSY."),
    (status = 413, description = "BODY_TOO_LARGE."),
    (status = 415, description = "WRONG_CONTENT_TYPE."),
    (status = 422, description = "INVALID_BODY, STEM_MISSING."),
    (status = 503, description = "STORE_BUSY."),
))]
async fn separate(
    State(app): State<Arc<App>>,
    Path(id): Path<SessionId>,
    OptionalJson(way): OptionalJson<Way>,
) -> Result<Reply<QueuedJob>, ApiError> {
    Ok(queued(&app, id, way, false).await?.accepted("The separation is queued"))
}

/// Queues one job that splits a song, analyses and transcribes its parts, and mixes them to a new
/// stem. Its record, kept as long as that of a mix, lists the steps with their results.
#[utoipa::path(post, path = "/api/audio/{id}/chain", tag = "library", params(("id" = String, Path)),
    request_body = Option<Way>, responses(
    (status = 202, description = "The chain is queued.", body = Envelope<QueuedJob>, headers(("Location" = String))),
    (status = 400, description = "BAD_ID, BAD_JSON."),
    (status = 404, description = "AUDIO_NOT_FOUND, LIBRARY_STEM_NOT_FOUND."),
    (status = 409, description = "AUDIO_BUSY."),
    (status = 413, description = "BODY_TOO_LARGE."),
    (status = 415, description = "WRONG_CONTENT_TYPE."),
    (status = 422, description = "INVALID_BODY, STEM_MISSING."),
    (status = 503, description = "STORE_BUSY."),
))]
async fn chain(
    State(app): State<Arc<App>>,
    Path(id): Path<SessionId>,
    OptionalJson(way): OptionalJson<Way>,
) -> Result<Reply<QueuedJob>, ApiError> {
    Ok(queued(&app, id, way, true).await?.accepted("The chain is queued"))
}

/// Queues a separation, or with `then_all` the whole chain after it.
async fn queued(app: &Arc<App>, id: SessionId, way: Option<Way>, then_all: bool) -> Result<QueuedJob, ApiError> {
    let Way { stem_id, with, model } = way.unwrap_or_default();
    app.blocking(move |app| separate_audio(app, &id, stem_id, with, model, then_all)).await
}
