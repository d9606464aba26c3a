//! The routes: one file each group, with its handlers and its part of the API document.

mod health;
mod live;
mod sessions;

use crate::app::App;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;

/// Returns all routes.
pub fn all() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().merge(health::routes()).merge(sessions::routes()).merge(live::routes())
}
