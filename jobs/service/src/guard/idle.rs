//! Bodies of requests that stop in the middle.

use axum::body::Body;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use std::time::Duration;
use tower_http::timeout::TimeoutBody;

/// Longest pause between two pieces of a body. Uploads have a shorter one of their own.
const PAUSE: Duration = Duration::from_secs(75);

/// Ends the body of a request in an error once no piece of it comes for a while, so that a client
/// cannot hold a connection for ever.
pub(crate) async fn idle(request: Request, next: Next) -> Response {
    next.run(request.map(|body| Body::new(TimeoutBody::new(PAUSE, body)))).await
}
