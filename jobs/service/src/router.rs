//! All routes with what stands around them: guards, limits, compression.

use crate::app::App;
use crate::error::{ApiError, Code};
use crate::observe::observe;
use crate::{guard, routes};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use axum::response::{IntoResponse, Response};
use std::any::Any;
use std::sync::Arc;
use tower::util::option_layer;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};

/// Largest body of a request in JSON, in bytes; uploads count for themselves.
const MAX_JSON: usize = 16 << 20;

/// Returns the routes of a service.
pub fn router(app: Arc<App>) -> Router {
    let (router, _) = routes::all().split_for_parts();
    // Sound does not compress, and a compressed answer has neither length nor ranges.
    let compressed = DefaultPredicate::new()
        .and(NotForContentType::new("audio/"))
        .and(NotForContentType::new("application/zip"))
        .and(NotForContentType::new("application/octet-stream"));
    router
        .merge(routes::page::routes())
        .fallback(async || ApiError::new(Code::NotFound, "there is no such route"))
        .method_not_allowed_fallback(async || ApiError::new(Code::MethodNotAllowed, "the route has no such method"))
        .layer(DefaultBodyLimit::max(MAX_JSON))
        .layer(CompressionLayer::new().compress_when(compressed))
        .layer(middleware::from_fn(guard::idle))
        .layer(middleware::from_fn_with_state(Arc::clone(&app), guard::check))
        .layer(option_layer(guard::cross_origin(&app.settings)))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn_with_state(Arc::clone(&app), observe))
        .layer(middleware::from_fn(guard::headers))
        .with_state(app)
}

fn panicked(_: Box<dyn Any + Send>) -> Response {
    ApiError::new(Code::Internal, "the request could not be carried out; the log names the fault").into_response()
}
