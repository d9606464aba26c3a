//! The stem library.

mod audio;
mod audio_one;
mod batch;
mod files;
mod list;
mod mix;
mod named;
mod new_stem;
mod notation;
mod separate;
mod stem;
mod zip;

use crate::app::App;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;

/// Returns the routes.
pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    [
        audio::routes,
        audio_one::routes,
        list::routes,
        named::routes,
        new_stem::routes,
        stem::routes,
        files::routes,
        zip::routes,
        batch::routes,
        mix::routes,
        separate::routes,
        notation::routes,
    ]
    .into_iter()
    .fold(OpenApiRouter::new(), |all, routes| all.merge(routes()))
}
