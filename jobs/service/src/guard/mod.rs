//! Guards in front of all routes: host, origin, token, headers of answers.

mod cross_origin;
mod headers;
mod host;
mod idle;
mod token;

pub(crate) use cross_origin::cross_origin;
pub(crate) use headers::{REQUEST_ID, headers};
pub(crate) use idle::idle;
pub(crate) use token::{COOKIE, cookie_value, is_secret};

use crate::app::App;
use crate::error::ApiError;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// Lets a request through if its host, its origin and its token are right.
pub(crate) async fn check(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let checked: Result<(), ApiError> = host::check(&app.settings, &request)
        .and_then(|()| token::check(&app.settings, request.uri().path(), request.headers()));
    match checked {
        Ok(()) => next.run(request).await,
        Err(error) => error.into_response(),
    }
}
