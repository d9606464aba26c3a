//! `GET /metrics`: Prometheus' text format.

use crate::app::App;
use crate::error::ApiError;
use crate::metrics::Standing;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use mixdown_shell::cleanup::prometheus;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Returns the routes.
pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(metrics))
}

/// Reports counts and times of jobs, requests and uploads
#[utoipa::path(get, path = "/metrics", tag = "service",
    responses((status = 200, description = "Prometheus' text format.", body = String, content_type = "text/plain")))]
async fn metrics(State(app): State<Arc<App>>) -> Result<Response, ApiError> {
    let work = |app: &App| {
        let standing = Standing {
            workers_run: app.workers_run.load(Ordering::Relaxed),
            live_engines: app.live.count(),
            store_writes: app.store.writes(),
        };
        Ok(prometheus(&app.store)? + &app.metrics.text(&standing))
    };
    let text = app.blocking(work).await?;
    Ok(([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response())
}
