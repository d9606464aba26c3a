//! The document of the API, and a page that shows it: without another machine and without inline
//! script.

use crate::app::App;
use crate::open_api::document;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use std::sync::{Arc, LazyLock};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The document as text: it is the same as long as the process runs.
static TEXT: LazyLock<String> = LazyLock::new(|| document().to_string());

/// Returns the routes.
pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(open_api)).routes(routes!(page)).routes(routes!(script)).routes(routes!(style))
}

fn asset(kind: &'static str, text: &'static str) -> Response {
    ([(CONTENT_TYPE, kind), (CACHE_CONTROL, "no-cache")], text).into_response()
}

/// Returns the document of this API
#[utoipa::path(get, path = "/api/openapi.json", tag = "service",
    responses((status = 200, description = "The document.", body = Object, content_type = "application/json")))]
async fn open_api() -> Response {
    asset("application/json", TEXT.as_str())
}

/// Returns a page that shows the document
#[utoipa::path(get, path = "/api/docs", tag = "service",
    responses((status = 200, description = "The page.", body = String, content_type = "text/html")))]
async fn page() -> Response {
    asset("text/html; charset=utf-8", include_str!("../docs_page/index.html"))
}

/// Returns the script of that page
#[utoipa::path(get, path = "/api/docs/docs.js", tag = "service",
    responses((status = 200, description = "The script.", body = String, content_type = "text/javascript")))]
async fn script() -> Response {
    asset("text/javascript; charset=utf-8", include_str!("../docs_page/docs.js"))
}

/// Returns the style of that page
#[utoipa::path(get, path = "/api/docs/docs.css", tag = "service",
    responses((status = 200, description = "The style.", body = String, content_type = "text/css")))]
async fn style() -> Response {
    asset("text/css; charset=utf-8", include_str!("../docs_page/docs.css"))
}
