//! `GET` and `DELETE /api/audio/{id}`, its stems, and its analysis.

use crate::app::App;
use crate::error::ApiError;
use crate::extract::Path;
use crate::library::{AudioView, LibraryStem, QueuedJob, analyse_audio, check_idle, job_of};
use crate::reply::{Envelope, Reply};
use axum::extract::State;
use mixdown_shell::job::SessionId;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The stems of an audio file.
#[derive(Debug, Serialize, ToSchema)]
struct StemsOfAudio {
    /// The stems.
    stems: Vec<LibraryStem>,
}

/// Stems that were deleted.
#[derive(Debug, Serialize, ToSchema)]
struct DeletedAudio {
    /// Their ids.
    stem_ids: Vec<String>,
}

/// Returns the routes.
pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(get, delete)).routes(routes!(stems)).routes(routes!(analyse))
}

/// Returns an audio file with its analysis and stems.
#[utoipa::path(get, path = "/api/audio/{id}", tag = "library", params(("id" = String, Path)), responses(
    (status = 200, description = "The audio file.", body = Envelope<AudioView>),
    (status = 400, description = "BAD_ID."),
    (status = 404, description = "AUDIO_NOT_FOUND."),
))]
async fn get(State(app): State<Arc<App>>, Path(id): Path<SessionId>) -> Result<Reply<AudioView>, ApiError> {
    let view = app
        .blocking(move |app| {
            let audio = app.library.with(|library| library.audio(id.as_str()))?;
            Ok(AudioView::new(audio, job_of(app, &id)?))
        })
        .await?;
    Ok(Reply::new(view, "Audio file retrieved successfully"))
}

/// Deletes an audio file with all its stems. Files that were uploaded vanish; a stem that is known
/// by its path stays.
#[utoipa::path(delete, path = "/api/audio/{id}", tag = "library", params(("id" = String, Path)), responses(
    (status = 200, description = "It is deleted.", body = Envelope<DeletedAudio>),
    (status = 400, description = "BAD_ID."),
    (status = 404, description = "AUDIO_NOT_FOUND."),
    (status = 409, description = "AUDIO_BUSY."),
))]
async fn delete(State(app): State<Arc<App>>, Path(id): Path<SessionId>) -> Result<Reply<DeletedAudio>, ApiError> {
    let stem_ids = app
        .blocking(move |app| {
            check_idle(app, &id)?;
            let stem_ids = app.library.with(|library| library.remove_audio(id.as_str()))?;
            for job in app.store.index.jobs_of(&id)? {
                match app.engine.delete(&job) {
                    // A cleanup came first.
                    Err(error) if error.is_missing() => {}
                    other => drop(other?),
                }
            }
            // The folders stay while others have files in them.
            let folder = app.library.media().join(id.as_str());
            for part in ["stems", "jobs", ""] {
                let _ = std::fs::remove_dir(folder.join(part));
            }
            Ok(stem_ids)
        })
        .await?;
    Ok(Reply::new(DeletedAudio { stem_ids }, "Audio file deleted successfully"))
}

/// Returns the stems of an audio file.
#[utoipa::path(get, path = "/api/audio/{id}/stems", tag = "library", params(("id" = String, Path)), responses(
    (status = 200, description = "The stems.", body = Envelope<StemsOfAudio>),
    (status = 400, description = "BAD_ID."),
    (status = 404, description = "AUDIO_NOT_FOUND."),
))]
async fn stems(State(app): State<Arc<App>>, Path(id): Path<SessionId>) -> Result<Reply<StemsOfAudio>, ApiError> {
    let audio = app.blocking(move |app| app.library.with(|library| library.audio(id.as_str()))).await?;
    let stems = audio.stems.into_iter().map(LibraryStem::from).collect();
    Ok(Reply::new(StemsOfAudio { stems }, "Stems retrieved successfully"))
}

/// Queues the analysis of an audio file; one that waits or runs is returned.
#[utoipa::path(post, path = "/api/audio/{id}/analyse", tag = "library", params(("id" = String, Path)), responses(
    (status = 202, description = "The analysis is queued.", body = Envelope<QueuedJob>,
        headers(("Location" = String))),
    (status = 400, description = "BAD_ID."),
    (status = 404, description = "AUDIO_NOT_FOUND."),
    (status = 422, description = "STEM_MISSING."),
    (status = 503, description = "STORE_BUSY."),
))]
async fn analyse(State(app): State<Arc<App>>, Path(id): Path<SessionId>) -> Result<Reply<QueuedJob>, ApiError> {
    let job_id = app.blocking(move |app| analyse_audio(app, id.as_str(), false)).await?;
    Ok(QueuedJob::new(job_id).accepted("The analysis is queued"))
}
