//! `PUT /api/sessions/{id}/stems/{name}`: a stem, or a part of one.

use super::views::{PartReceived, StemView, UploadedStem};
use crate::app::App;
use crate::error::ApiError;
use crate::extract::Path;
use crate::files::header;
use crate::reply::{Envelope, Reply};
use crate::sessions::StemName;
use crate::upload::{ContentRange, Received, UPLOAD_OFFSET, Upload, receive, upload_key};
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CONTENT_LENGTH, CONTENT_RANGE, ETAG, LOCATION};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use mixdown_shell::job::SessionId;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Returns the routes.
pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(upload))
}

/// Uploads a stem, or with `Content-Range: bytes FIRST-LAST/TOTAL` the next part of one. The last
/// byte completes it: it is decoded as a whole, and a new name gets a track. Where an upload was
/// cut, HEAD gives the bytes that arrived in `Upload-Offset`; `Content-Range: bytes */TOTAL`
/// completes one that has them all. Parts with the same `Upload-Key` belong to one upload; another
/// upload of the name does not come between them.
#[utoipa::path(put, path = "/api/sessions/{id}/stems/{name}", tag = "stems",
    params(
        ("id" = String, Path),
        ("name" = String, Path),
        ("Content-Range" = Option<String>, Header, description = "The place of a part."),
        ("Upload-Key" = Option<String>, Header, description = "The same for all parts of one upload."),
    ),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses(
    (status = 200, description = "The stem, with new bytes.", body = Envelope<UploadedStem>),
    (status = 201, description = "The new stem.", body = Envelope<UploadedStem>, headers(("Location" = String))),
    (status = 202, description = "The part arrived, and more are needed.", body = Envelope<PartReceived>,
        headers(("Upload-Offset" = u64))),
    (status = 400, description = "BAD_ID, BAD_STEM_NAME, BAD_CONTENT_RANGE, BAD_UPLOAD_KEY, UPLOAD_CUT."),
    (status = 404, description = "SESSION_NOT_FOUND."),
    (status = 409, description = "STEM_IN_USE, UPLOAD_IN_PROGRESS, UPLOAD_OFFSET, TOO_MANY_STEMS.",
        headers(("Upload-Offset" = u64))),
    (status = 413, description = "UPLOAD_TOO_LARGE, SESSION_QUOTA."),
    (status = 415, description = "UNSUPPORTED_FORMAT."),
    (status = 422, description = "STEM_UNREADABLE, STEM_TOO_LONG, STEM_EMPTY."),
    (status = 503, description = "STOPPING, TIMED_OUT."),
    (status = 507, description = "DISK_FULL."),
))]
async fn upload(
    State(app): State<Arc<App>>,
    Path((session, name)): Path<(SessionId, String)>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let name: StemName = name.parse()?;
    let range = header(&headers, &CONTENT_RANGE).map(ContentRange::parse).transpose()?;
    let key = upload_key(&headers)?;
    let content_length = header(&headers, &CONTENT_LENGTH).and_then(|digits| digits.parse().ok());
    let location = format!("/api/sessions/{session}/stems/{}", percent_encoded(name.as_str()));
    let upload = Upload { session, name, key, range, content_length, resumable: true };
    Ok(match receive(&app, upload, body.into_data_stream()).await? {
        Received::Incomplete(offset) => {
            let reply = Reply::new(PartReceived { upload_offset: offset }, "Part received");
            reply.status(StatusCode::ACCEPTED).header(UPLOAD_OFFSET, offset.to_string()).into_response()
        }
        Received::Placed { file, stem, is_new } => {
            let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
            let data = UploadedStem { stem: StemView::from(&*stem), rev: file.rev };
            let reply = Reply::new(data, "Stem uploaded successfully").status(status).header(ETAG, stem.etag());
            reply.header(LOCATION, location).into_response()
        }
    })
}

/// Returns text as a part of a URL's path (RFC 3986).
fn percent_encoded(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}
