//! Sessions, their stems and their documents.

mod all;
mod document;
mod forms;
mod one;
mod stems;
mod uploads;
mod views;
mod waveforms;

use crate::app::App;
use axum::extract::DefaultBodyLimit;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use all::{create, list};
use document::{document, patch, put, schema};
use forms::upload_form;
use one::{delete, get};
use stems::{delete_stem, get_stem, head_stem, list_stems};
use uploads::upload;
use waveforms::waveform;

/// Returns the routes.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    // Uploads count their bytes themselves.
    let forms = OpenApiRouter::new().routes(routes!(list_stems, upload_form)).layer(DefaultBodyLimit::disable());
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(get, delete))
        .routes(routes!(upload, head_stem, get_stem, delete_stem))
        .routes(routes!(waveform))
        .routes(routes!(document, put, patch))
        .routes(routes!(schema))
        .merge(forms)
}
