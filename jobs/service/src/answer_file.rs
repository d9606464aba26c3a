//! Files as answers: with ranges, entity tags, and a content type by their name.

use crate::error::{ApiError, Code};
use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_RANGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue, IF_RANGE,
    LAST_MODIFIED, RANGE, X_FRAME_OPTIONS,
};
use axum::http::{Method, StatusCode};
use axum::response::Response;
use std::path::Path;
use tower_http::services::ServeFile;

/// Content that a report may load: its own script, style and sound.
const REPORT_POLICY: &str = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; \
    img-src data:; media-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

/// Returns a file as the headers of a request ask for it.
///
/// # Errors
/// `FILE_NOT_FOUND`, `PRECONDITION_FAILED`, `RANGE_NOT_SATISFIABLE`.
pub(crate) async fn answer_file(headers: &HeaderMap, path: &Path, name: &str) -> Result<Response, ApiError> {
    let mut response = serve(headers.clone(), path).await?;
    let is_part = response.status() == StatusCode::PARTIAL_CONTENT;
    if is_part && !is_same(headers, response.headers()) {
        // The file is another one than the client has a part of.
        let mut whole = headers.clone();
        whole.remove(RANGE);
        response = serve(whole, path).await?;
    }
    let of_range = response.headers().get(CONTENT_RANGE).and_then(|value| value.to_str().ok()).map(str::to_owned);
    match response.status() {
        StatusCode::NOT_FOUND => return Err(ApiError::new(Code::FileNotFound, "there is no such file")),
        StatusCode::PRECONDITION_FAILED => {
            return Err(ApiError::new(Code::Precondition, "the file is not the one that the request expects"));
        }
        StatusCode::RANGE_NOT_SATISFIABLE => {
            let error = ApiError::new(Code::RangeUnsatisfiable, "the file has no such range");
            return Err(error.header(CONTENT_RANGE, of_range.unwrap_or_default()));
        }
        _ => {}
    }
    let (fixed, kind) = (response.headers_mut(), content_type(name));
    fixed.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    // It may change under its name: a copy is used only after a look at its tag.
    fixed.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    if kind.starts_with("text/html") {
        fixed.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(REPORT_POLICY));
        fixed.insert(X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN"));
    }
    Ok(response)
}

async fn serve(headers: HeaderMap, path: &Path) -> Result<Response, ApiError> {
    let mut request = Request::new(Body::empty());
    // The router drops the body where the method is HEAD.
    *request.method_mut() = Method::GET;
    *request.headers_mut() = headers;
    let served = ServeFile::new(path).try_call(request).await;
    let failed = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => ApiError::new(Code::FileNotFound, "there is no such file"),
        _ => ApiError::from_io(&error, &path.display()),
    };
    Ok(served.map_err(failed)?.map(Body::new))
}

/// Returns true if a file is the one of an `If-Range`, or there is none.
fn is_same(request: &HeaderMap, file: &HeaderMap) -> bool {
    let Some(wanted) = request.get(IF_RANGE) else { return true };
    let is_weak = wanted.as_bytes().starts_with(b"W/");
    !is_weak && (file.get(ETAG) == Some(wanted) || file.get(LAST_MODIFIED) == Some(wanted))
}

/// Returns the content type of a file of a result.
fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("wav") => "audio/wav",
        Some("flac") => "audio/flac",
        Some("opus") => "audio/ogg; codecs=opus",
        Some("json") => "application/json",
        Some("html") => "text/html; charset=utf-8",
        Some("png") => "image/png",
        Some("svg") => "image/svg+xml",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn get(path: &Path, headers: &[(&str, &str)]) -> Result<Response, ApiError> {
        let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        answer_file(&headers, path, "a.wav").await
    }

    #[tokio::test]
    async fn a_part_of_another_file_is_never_mixed_into_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.wav");
        std::fs::write(&path, b"0123456789").unwrap();
        let whole = get(&path, &[]).await.unwrap();
        assert_eq!((whole.status(), &whole.headers()[CONTENT_TYPE]), (StatusCode::OK, &"audio/wav".parse().unwrap()));
        let tag = whole.headers()[ETAG].to_str().unwrap().to_owned();
        let part = get(&path, &[("range", "bytes=2-4")]).await.unwrap();
        assert_eq!((part.status(), &part.headers()[CONTENT_RANGE]), (
            StatusCode::PARTIAL_CONTENT,
            &"bytes 2-4/10".parse().unwrap()
        ));
        assert_eq!(axum::body::to_bytes(part.into_body(), 99).await.unwrap(), &b"234"[..]);
        let other = get(&path, &[("range", "bytes=2-4"), ("if-range", "\"other\"")]).await.unwrap();
        assert_eq!(other.status(), StatusCode::OK);
        assert_eq!(get(&path, &[("if-none-match", &tag)]).await.unwrap().status(), StatusCode::NOT_MODIFIED);
        let beyond = get(&path, &[("range", "bytes=10-")]).await.unwrap_err();
        assert_eq!(beyond.code(), Code::RangeUnsatisfiable);
        let missing = get(&folder.path().join("b.wav"), &[]).await.unwrap_err();
        assert_eq!(missing.code(), Code::FileNotFound);
    }
}
