//! `GET /healthz`: the process answers.

use crate::app::App;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Returns the routes.
pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(healthz))
}

/// Returns 200 as long as the process answers.
#[utoipa::path(get, path = "/healthz", tag = "service", responses((status = 200, description = "The process answers.", body = str)))]
async fn healthz() -> &'static str {
    "ok\n"
}
