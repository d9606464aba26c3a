//! The session document, and its schema.

use super::views::DocumentView;
use crate::app::App;
use crate::error::{ApiError, Code};
use crate::extract::{Json, Path};
use crate::files::{header, matches_tag};
use crate::reply::{Envelope, Reply};
use crate::sessions::merge_patch;
use axum::extract::State;
use axum::http::header::{CONTENT_TYPE, ETAG, IF_MATCH, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use mixdown_engine::session::json_schema;
use mixdown_shell::job::SessionId;
use serde_json::Value;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Returns the routes.
pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(document, put, patch)).routes(routes!(schema))
}

/// Returns the session document.
#[utoipa::path(get, path = "/api/sessions/{id}/session", tag = "sessions", params(("id" = String, Path)), responses(
    (status = 200, description = "The document.", body = Envelope<DocumentView>, headers(("ETag" = String))),
    (status = 304, description = "The document is the one that the request names."),
    (status = 400, description = "BAD_ID."),
    (status = 404, description = "SESSION_NOT_FOUND."),
))]
async fn document(
    State(app): State<Arc<App>>,
    Path(session): Path<SessionId>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let file = app.blocking(move |app| app.sessions.get(&session)).await?;
    let etag = file.etag();
    if header(&headers, &IF_NONE_MATCH).is_some_and(|tags| matches_tag(tags, &etag, true)) {
        return Ok((StatusCode::NOT_MODIFIED, [(ETAG, etag)]).into_response());
    }
    let reply = Reply::new(DocumentView::of(file), "Session document retrieved successfully");
    Ok(reply.header(ETAG, etag).into_response())
}

/// Replaces the session document.
#[utoipa::path(put, path = "/api/sessions/{id}/session", tag = "sessions",
    params(("id" = String, Path), ("If-Match" = Option<String>, Header, description = "The expected entity tag.")),
    request_body(content = Object, content_type = "application/json"),
    responses(
    (status = 200, description = "The document.", body = Envelope<DocumentView>, headers(("ETag" = String))),
    (status = 400, description = "BAD_ID, BAD_JSON."),
    (status = 404, description = "SESSION_NOT_FOUND."),
    (status = 412, description = "DOCUMENT_CHANGED."),
    (status = 413, description = "BODY_TOO_LARGE."),
    (status = 415, description = "WRONG_CONTENT_TYPE."),
    (status = 422, description = "SESSION_INVALID; data.problems has each with its JSON pointer."),
    (status = 507, description = "DISK_FULL."),
))]
async fn put(
    State(app): State<Arc<App>>,
    Path(session): Path<SessionId>,
    headers: HeaderMap,
    Json(document): Json<Value>,
) -> Result<Reply<DocumentView>, ApiError> {
    change(&app, session, &headers, move |_| document).await
}

/// Changes the session document by a JSON Merge Patch (RFC 7396).
#[utoipa::path(patch, path = "/api/sessions/{id}/session", tag = "sessions",
    params(("id" = String, Path), ("If-Match" = Option<String>, Header, description = "The expected entity tag.")),
    request_body(content(
        (Object = "application/merge-patch+json"),
        (Object = "application/json"),
    )),
    responses(
    (status = 200, description = "The document.", body = Envelope<DocumentView>, headers(("ETag" = String))),
    (status = 400, description = "BAD_ID, BAD_JSON."),
    (status = 404, description = "SESSION_NOT_FOUND."),
    (status = 412, description = "DOCUMENT_CHANGED."),
    (status = 413, description = "BODY_TOO_LARGE."),
    (status = 415, description = "WRONG_CONTENT_TYPE."),
    (status = 422, description = "SESSION_INVALID; data.problems has each with its JSON pointer."),
    (status = 507, description = "DISK_FULL."),
))]
async fn patch(
    State(app): State<Arc<App>>,
    Path(session): Path<SessionId>,
    headers: HeaderMap,
    Json(patch): Json<Value>,
) -> Result<Reply<DocumentView>, ApiError> {
    let kind = header(&headers, &CONTENT_TYPE).and_then(|kind| kind.split(';').next()).unwrap_or_default().trim();
    if !["application/json", "application/merge-patch+json"].iter().any(|known| kind.eq_ignore_ascii_case(known)) {
        let message = "a patch is application/merge-patch+json, or application/json of the same form";
        return Err(ApiError::new(Code::WrongContentType, message));
    }
    change(&app, session, &headers, move |mut document| {
        merge_patch(&mut document, patch);
        document
    })
    .await
}

async fn change(
    app: &Arc<App>,
    session: SessionId,
    headers: &HeaderMap,
    change: impl FnOnce(Value) -> Value + Send + 'static,
) -> Result<Reply<DocumentView>, ApiError> {
    let expected = header(headers, &IF_MATCH).map(str::to_owned);
    let file = app
        .blocking(move |app| {
            let is_expected = |etag: &str| expected.is_none_or(|tags| matches_tag(&tags, etag, false));
            app.sessions.change_document(&session, is_expected, app.store.now(), change)
        })
        .await?;
    let etag = file.etag();
    Ok(Reply::new(DocumentView::of(file), "Session document saved successfully").header(ETAG, etag))
}

/// Returns the JSON Schema of session documents.
#[utoipa::path(get, path = "/api/schema/session", tag = "sessions", responses(
    (status = 200, description = "The schema.", content_type = "application/schema+json"),
))]
async fn schema() -> Response {
    ([(CONTENT_TYPE, "application/schema+json")], json_schema().to_string()).into_response()
}
