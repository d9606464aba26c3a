//! `GET /api/sessions/{id}/stems/{name}/waveform.dat`.

use crate::app::App;
use crate::error::{ApiError, Code};
use crate::extract::{Path, Query};
use crate::files::FileReply;
use crate::probe::draw;
use crate::sessions::{Stem, StemName};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use mixdown_shell::job::SessionId;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Range of the frames per pixel.
const PIXEL: std::ops::RangeInclusive<u32> = 64..=65_536;

/// Resolution of a waveform.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::routes) struct Resolution {
    /// Frames per pixel: a power of two, 64 to 65536; if left out, 256.
    #[param(minimum = 64, maximum = 65536)]
    samples_per_pixel: Option<u32>,
}

impl Resolution {
    /// Returns the frames per pixel.
    ///
    /// # Errors
    /// `BAD_QUERY`.
    pub(in crate::routes) fn checked(&self) -> Result<u32, ApiError> {
        let pixel = self.samples_per_pixel.unwrap_or(256);
        if !PIXEL.contains(&pixel) || !pixel.is_power_of_two() {
            let message = format!("samples_per_pixel = {pixel} is not a power of two from 64 to 65536");
            return Err(ApiError::new(Code::BadQuery, message));
        }
        Ok(pixel)
    }
}

/// Returns the routes.
pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(waveform))
}

/// Returns the waveform of a stem: BBC audiowaveform version 2, binary, all channels in one. It is
/// drawn once, and kept.
#[utoipa::path(get, path = "/api/sessions/{id}/stems/{name}/waveform.dat", tag = "stems",
    params(("id" = String, Path), ("name" = String, Path), Resolution), responses(
    (status = 200, description = "The waveform.", content_type = "application/octet-stream"),
    (status = 206, description = "The range.", content_type = "application/octet-stream"),
    (status = 304, description = "The waveform is the one that the request names."),
    (status = 400, description = "BAD_ID, BAD_STEM_NAME, BAD_QUERY."),
    (status = 404, description = "SESSION_NOT_FOUND, STEM_NOT_FOUND."),
    (status = 412, description = "PRECONDITION_FAILED."),
    (status = 416, description = "RANGE_NOT_SATISFIABLE."),
    (status = 422, description = "STEM_MISSING, STEM_UNREADABLE, STEM_TOO_LONG."),
    (status = 503, description = "STOPPING."),
    (status = 507, description = "DISK_FULL."),
))]
async fn waveform(
    State(app): State<Arc<App>>,
    Path((session, name)): Path<(SessionId, String)>,
    Query(resolution): Query<Resolution>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let name: StemName = name.parse()?;
    let pixel = resolution.checked()?;
    let (known, id) = (name.clone(), session.clone());
    let (stem, drawn) = app
        .blocking(move |app| {
            let file = app.sessions.get(&id)?;
            let stem = file.stem(&known)?.clone();
            let drawn = app.sessions.open_waveform(&id, &stem, pixel)?;
            Ok((stem, drawn))
        })
        .await?;
    let etag = format!("\"{}-{pixel}\"", stem.blake3);
    let drawn = if let Some(drawn) = drawn {
        drawn
    } else {
        // On a task of its own: a client that leaves does not leave half a file behind.
        let drawing = tokio::spawn(draw_new(Arc::clone(&app), session, stem, pixel));
        let panicked = |_| ApiError::new(Code::Internal, "the waveform could not be drawn");
        drawing.await.unwrap_or_else(|error| Err(panicked(error)))?
    };
    let reply = FileReply::new(drawn, etag, "application/octet-stream");
    Ok(reply.map_err(|error| ApiError::from_io(&error, &error))?.respond(&headers))
}

/// Draws a waveform, and opens it.
async fn draw_new(app: Arc<App>, session: SessionId, stem: Stem, pixel: u32) -> Result<std::fs::File, ApiError> {
    let path = app.sessions.stem_path(&session, &stem.name);
    let (id, wanted) = (session.clone(), stem.clone());
    // Held until the end, so that the session is not deleted under the drawing.
    let (_held, out) = app
        .blocking(move |app| {
            let held = app.sessions.hold(&id)?;
            app.sessions.open_stem(&id, &wanted)?;
            Ok((held, app.sessions.prepare_waveform(&id, &wanted, pixel)?))
        })
        .await?;
    draw(&app, &path, stem.name.as_str(), pixel, out.clone()).await?;
    app.blocking(move |app| {
        if let Err(error) = app.sessions.open_stem(&session, &stem) {
            // The stem was replaced meanwhile: the drawing may be of the new bytes.
            let _ = std::fs::remove_file(&out);
            return Err(error);
        }
        let gone = || ApiError::new(Code::Internal, "the waveform could not be kept");
        app.sessions.open_waveform(&session, &stem, pixel)?.ok_or_else(gone)
    })
    .await
}
