//! Answers that pages of other sites may read, of the origins that the settings name alone.

use super::REQUEST_ID;
use crate::settings::ServiceSettings;
use axum::http::header::{
    ACCEPT_RANGES, AUTHORIZATION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderName, IF_MATCH,
    IF_NONE_MATCH, LOCATION, RANGE, RETRY_AFTER,
};
use axum::http::{HeaderValue, Method};
use std::time::Duration;
use tower_http::cors::CorsLayer;

/// Time for which a browser may keep the answer to a preflight request.
const KEPT: Duration = Duration::from_secs(600);

/// Returns the layer that answers preflight requests and marks answers. Without origins in the
/// settings it adds nothing. A page of another site presents the token as a header: cookies stay
/// with this one.
pub(crate) fn cross_origin(settings: &ServiceSettings) -> Option<CorsLayer> {
    let origins = settings.allow_origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok());
    let origins: Vec<HeaderValue> = origins.collect();
    if origins.is_empty() {
        return None;
    }
    let own = HeaderName::from_static;
    let layer = CorsLayer::new()
        .allow_origin(origins)
        .allow_methods([Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers([
            AUTHORIZATION,
            CONTENT_TYPE,
            CONTENT_RANGE,
            IF_MATCH,
            IF_NONE_MATCH,
            RANGE,
            own("idempotency-key"),
            own("last-event-id"),
            own("upload-key"),
        ])
        .expose_headers([
            ACCEPT_RANGES,
            CONTENT_LENGTH,
            CONTENT_RANGE,
            ETAG,
            LOCATION,
            RETRY_AFTER,
            own("upload-offset"),
            REQUEST_ID,
        ])
        .max_age(KEPT);
    Some(layer)
}
