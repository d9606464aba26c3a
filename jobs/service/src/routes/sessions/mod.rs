//! Sessions, their stems and their documents.

mod all;
mod analysis;
mod document;
mod forms;
mod from_library;
mod one;
mod stems;
mod unread;
mod uploads;
mod views;
mod waveforms;

pub(super) use unread::Unread;
pub(super) use waveforms::Resolution;

use crate::app::App;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;

/// Returns the routes.
pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    [
        one::routes,
        stems::routes,
        uploads::routes,
        forms::routes,
        waveforms::routes,
        document::routes,
        analysis::routes,
        from_library::routes,
    ]
    .into_iter()
    .fold(all::routes(), |all, routes| all.merge(routes()))
}
