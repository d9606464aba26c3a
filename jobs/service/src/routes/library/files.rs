//! Files of stems: sound and waveform.

use crate::app::App;
use crate::error::ApiError;
use crate::extract::{Path, Query};
use crate::files::FileReply;
use crate::library::{open_stem, waveform_path};
use crate::probe::draw;
use crate::routes::sessions::Resolution;
use crate::sessions::ensure_folder;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use mixdown_library::StemRecord;
use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Returns the routes.
pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(file)).routes(routes!(waveform))
}

/// Returns the file of a stem, or a range of it.
#[utoipa::path(get, path = "/api/stems/{id}/file", tag = "library", params(("id" = String, Path)), responses(
    (status = 200, description = "The file.", content_type = "*/*"),
    (status = 206, description = "The range.", content_type = "*/*"),
    (status = 304, description = "The file is the one that the request names."),
    (status = 404, description = "LIBRARY_STEM_NOT_FOUND."),
    (status = 412, description = "PRECONDITION_FAILED."),
    (status = 416, description = "RANGE_NOT_SATISFIABLE."),
    (status = 422, description = "STEM_MISSING."),
))]
async fn file(State(app): State<Arc<App>>, Path(id): Path<String>, headers: HeaderMap) -> Result<Response, ApiError> {
    let reply = app
        .blocking(move |app| {
            let (record, file, path) = found(app, &id)?;
            let etag = format!("\"{}\"", record.blake3);
            FileReply::new(file, etag, sound_type(&path)).map_err(|error| ApiError::from_io(&error, &error))
        })
        .await?;
    Ok(reply.respond(&headers))
}

/// Returns the waveform of a stem: BBC audiowaveform version 2, binary, all channels in one. It is
/// drawn once, and kept.
#[utoipa::path(get, path = "/api/stems/{id}/waveform.dat", tag = "library",
    params(("id" = String, Path), Resolution), responses(
    (status = 200, description = "The waveform.", content_type = "application/octet-stream"),
    (status = 206, description = "The range.", content_type = "application/octet-stream"),
    (status = 304, description = "The waveform is the one that the request names."),
    (status = 400, description = "BAD_QUERY."),
    (status = 404, description = "LIBRARY_STEM_NOT_FOUND."),
    (status = 412, description = "PRECONDITION_FAILED."),
    (status = 416, description = "RANGE_NOT_SATISFIABLE."),
    (status = 422, description = "STEM_MISSING, STEM_UNREADABLE, STEM_TOO_LONG."),
    (status = 503, description = "STOPPING."),
    (status = 507, description = "DISK_FULL."),
))]
async fn waveform(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Query(resolution): Query<Resolution>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let pixel = resolution.checked()?;
    let (record, path, out) = app
        .blocking(move |app| {
            let (record, _, path) = found(app, &id)?;
            let media = app.library.media();
            let made = ensure_folder(media, &["library", ".waveforms"]);
            made.map_err(|error| ApiError::from_io(&error, &error))?;
            let out = waveform_path(&app.library, &record, pixel);
            Ok((record, path, out))
        })
        .await?;
    let etag = format!("\"{}-{pixel}\"", record.blake3);
    if !tokio::fs::try_exists(&out).await.unwrap_or(false) {
        let name = record.name.clone();
        draw(&app, &path, &name, pixel, out.clone()).await?;
    }
    let open = move |_: &App| {
        let file = File::open(&out).map_err(|error| ApiError::from_io(&error, &error))?;
        FileReply::new(file, etag, "application/octet-stream").map_err(|error| ApiError::from_io(&error, &error))
    };
    Ok(app.blocking(open).await?.respond(&headers))
}

/// Returns a stem with its open file and the path of that.
fn found(app: &App, id: &str) -> Result<(StemRecord, File, PathBuf), ApiError> {
    let record = app.library.with(|library| library.get(id))?.record;
    let (file, path) = open_stem(&app.library, &record)?;
    Ok((record, file, path))
}

/// Returns the content type of a sound file by its extension.
fn sound_type(path: &std::path::Path) -> &'static str {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    match extension.to_ascii_lowercase().as_str() {
        "wav" | "wave" | "bwf" | "rf64" | "w64" => "audio/wav",
        "aif" | "aiff" | "aifc" => "audio/aiff",
        "flac" => "audio/flac",
        "mp3" | "mp2" | "mp1" => "audio/mpeg",
        "m4a" | "mp4" => "audio/mp4",
        "aac" => "audio/aac",
        "ogg" | "oga" | "opus" => "audio/ogg",
        "caf" => "audio/x-caf",
        "mka" | "mkv" | "webm" => "audio/x-matroska",
        "au" | "snd" => "audio/basic",
        _ => "application/octet-stream",
    }
}
