//! The routes: one file each group, with its handlers and its part of the API document.

mod docs;
mod health;
mod jobs;
mod library;
mod live;
mod login;
mod media;
mod metrics;
pub(crate) mod page;
mod ready;
mod sessions;
mod status;

use crate::app::App;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;

/// Returns all routes.
pub(crate) fn all() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .merge(health::routes())
        .merge(ready::routes())
        .merge(metrics::routes())
        .merge(login::routes())
        .merge(docs::routes())
        .merge(jobs::routes())
        .merge(status::routes())
        .merge(media::routes())
        .merge(sessions::routes())
        .merge(library::routes())
        .merge(live::routes())
}
