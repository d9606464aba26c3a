//! A line in the log and a count for each request.

use crate::app::App;
use crate::guard::REQUEST_ID;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use std::sync::Arc;
use std::time::Instant;
use tracing::{debug, info, warn};

/// Route of requests that no route matches: their paths are not to fill the log and the counts.
const UNMATCHED: &str = "unmatched";

/// Logs and counts a request by the template of its route: neither path nor query, which may hold
/// secrets.
pub(crate) async fn observe(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let begin = Instant::now();
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let method = request.method().clone();
    let id = request.headers().get(REQUEST_ID).cloned();
    let response = next.run(request).await;
    let (route, status) = (matched.as_ref().map_or(UNMATCHED, MatchedPath::as_str), response.status());
    let seconds = begin.elapsed().as_secs_f64();
    app.metrics.add_request(&method, route, status, seconds);
    let request_id = id.as_ref().and_then(|id| id.to_str().ok()).unwrap_or_default();
    let (status, ms) = (status.as_u16(), (seconds * 1e6).round() / 1e3);
    if response.status().is_server_error() {
        warn!(request_id, %method, route, status, ms, "request");
    } else if method.is_safe() {
        // Clients poll.
        debug!(request_id, %method, route, status, ms, "request");
    } else {
        info!(request_id, %method, route, status, ms, "request");
    }
    response
}
