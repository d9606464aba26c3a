//! Jobs.

mod archive;
mod cleanup;
mod events;
mod files;
mod list;
mod mix;
mod show;
mod stats;
mod steps;

use crate::app::App;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Returns the routes.
pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list::list))
        .routes(routes!(stats::stats))
        .routes(routes!(cleanup::run))
        .routes(routes!(show::show, steps::delete))
        .routes(routes!(events::events))
        .routes(routes!(steps::cancel))
        .routes(routes!(steps::retry))
        .routes(routes!(files::file))
        .routes(routes!(archive::all))
        .routes(routes!(mix::mix))
}
