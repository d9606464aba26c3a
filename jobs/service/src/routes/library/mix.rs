//! `POST /api/stems/mix`: stems mixed to a new one.

use crate::app::App;
use crate::error::{ApiError, Code};
use crate::extract::Json;
use crate::library::open_stem;
use crate::reply::{Envelope, Reply};
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use mixdown_library::{Library, stem_mix_job};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Most stems of a mix.
const MOST: usize = 256;
/// Longest name, in characters.
const NAME: usize = 200;
/// Range of a gain, in decibels.
const GAIN: std::ops::RangeInclusive<f64> = -120.0..=60.0;

/// A mix of stems.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct StemMixRequest {
    /// The stems.
    stems: Vec<MixedStem>,
    /// Name of the new stem; if left out, Mix.
    #[schema(max_length = 200)]
    name: Option<String>,
}

/// A stem of a mix.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MixedStem {
    /// Its id.
    stem_id: String,
    /// Its gain, in decibels; if left out, 0.
    #[schema(minimum = -120, maximum = 60)]
    gain_db: Option<f64>,
}

/// A mix that was queued.
#[derive(Debug, Serialize, ToSchema)]
struct QueuedStemMix {
    /// The job.
    job_id: String,
    /// The audio file that the new stem will have.
    audio_file_id: String,
    /// The job's address.
    url: String,
}

/// Returns the routes.
pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(mix))
}

/// Queues a mix of stems as they are, from their first samples on, to a new stem in 32-bit floats,
/// which is then analysed.
#[utoipa::path(post, path = "/api/stems/mix", tag = "library", request_body = StemMixRequest, responses(
    (status = 202, description = "The mix is queued.", body = Envelope<QueuedStemMix>, headers(("Location" = String))),
    (status = 400, description = "BAD_JSON."),
    (status = 404, description = "LIBRARY_STEM_NOT_FOUND."),
    (status = 413, description = "BODY_TOO_LARGE."),
    (status = 415, description = "WRONG_CONTENT_TYPE."),
    (status = 422, description = "INVALID_BODY, STEM_MISSING."),
    (status = 503, description = "STORE_BUSY."),
))]
async fn mix(
    State(app): State<Arc<App>>,
    Json(request): Json<StemMixRequest>,
) -> Result<Reply<QueuedStemMix>, ApiError> {
    request.check()?;
    let queued = app
        .blocking(move |app| {
            let mut stems = Vec::with_capacity(request.stems.len());
            for stem in &request.stems {
                let record = app.library.with(|library| library.get(&stem.stem_id))?.record;
                open_stem(&app.library, &record)?;
                let path = record.place.resolve(app.library.media());
                stems.push((path, record.blake3, stem.gain_db.unwrap_or(0.0)));
            }
            let audio_file_id = Library::new_id();
            let name = request.name.as_deref().map_or("Mix", str::trim);
            let job = app.engine.submit(stem_mix_job(&audio_file_id.parse()?, name, &stems), &[])?;
            for stem in &request.stems {
                app.library.with(|library| library.use_stem(&stem.stem_id).map(drop))?;
            }
            let job_id = job.record.job_id.to_string();
            Ok(QueuedStemMix { url: format!("/api/jobs/{job_id}"), job_id, audio_file_id })
        })
        .await?;
    let url = queued.url.clone();
    Ok(Reply::new(queued, "The mix is queued").status(StatusCode::ACCEPTED).header(LOCATION, url))
}

impl StemMixRequest {
    fn check(&self) -> Result<(), ApiError> {
        let wrong = |message: String| Err(ApiError::new(Code::InvalidBody, message));
        if self.stems.is_empty() || self.stems.len() > MOST {
            return wrong(format!("stems has 1 to {MOST} stems"));
        }
        if let Some(gain) = self.stems.iter().filter_map(|stem| stem.gain_db).find(|gain| !GAIN.contains(gain)) {
            return wrong(format!("gain_db = {gain} is out of range (-120 to 60)"));
        }
        let name = self.name.as_deref().map_or("Mix", str::trim);
        if name.is_empty() || name.chars().count() > NAME || name.chars().any(char::is_control) {
            return wrong(format!("name has 1 to {NAME} characters, no control characters"));
        }
        Ok(())
    }
}
