//! Sessions, their stems and their documents.

mod all;
mod document;
mod forms;
mod one;
mod stems;
mod unread;
mod uploads;
mod views;
mod waveforms;

use crate::app::App;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;

/// Returns the routes.
pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    [one::routes, stems::routes, uploads::routes, forms::routes, waveforms::routes, document::routes]
        .into_iter()
        .fold(all::routes(), |all, routes| all.merge(routes()))
}
