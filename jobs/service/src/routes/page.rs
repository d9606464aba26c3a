//! The page: its files are part of the program.

use crate::app::App;
use crate::error::{ApiError, Code};
use axum::Router;
use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use include_dir::{Dir, include_dir};
use std::sync::Arc;

/// Styles.
static CSS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/page/css");
/// Modules.
static JS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/page/js");

/// Returns the routes of the page. The document of the API does not have them.
pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/", get(async |headers: HeaderMap| file(&headers, "html", include_bytes!("../../page/index.html"))))
        .route(
            "/icon.svg",
            get(async |headers: HeaderMap| file(&headers, "svg", include_bytes!("../../page/icon.svg"))),
        )
        .route("/css/{*path}", get(async |path: Path<String>, headers: HeaderMap| of(&CSS, &path, &headers)))
        .route("/js/{*path}", get(async |path: Path<String>, headers: HeaderMap| of(&JS, &path, &headers)))
}

/// Returns a file of a folder.
fn of(folder: &Dir<'static>, path: &str, headers: &HeaderMap) -> Response {
    match folder.get_file(path) {
        Some(found) => file(headers, path.rsplit('.').next().unwrap_or_default(), found.contents()),
        None => ApiError::new(Code::NotFound, "the page has no such file").into_response(),
    }
}

/// Returns a file, or 304 if the browser has it. A new version of the program is noticed at once.
fn file(headers: &HeaderMap, extension: &str, bytes: &'static [u8]) -> Response {
    let etag = format!("\"{}\"", &blake3::hash(bytes).to_hex()[..32]);
    let kind = match extension {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        _ => "application/octet-stream",
    };
    let is_known = headers.get(IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == etag.as_bytes());
    let described = [(CACHE_CONTROL, "no-cache".to_owned()), (ETAG, etag)];
    if is_known {
        return (StatusCode::NOT_MODIFIED, described).into_response();
    }
    (described, [(CONTENT_TYPE, kind)], bytes).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_has_a_type_that_browsers_run() {
        for folder in [&CSS, &JS] {
            let mut folders = vec![folder];
            while let Some(folder) = folders.pop() {
                folders.extend(folder.dirs());
                for found in folder.files() {
                    let path = found.path().to_str().unwrap();
                    assert!([".js", ".css"].iter().any(|end| path.ends_with(end)), "{path}");
                }
            }
        }
    }

    #[test]
    fn a_browser_that_has_a_file_gets_no_second_copy() {
        let first = of(&JS, "main.js", &HeaderMap::new());
        assert_eq!(
            (first.status(), &first.headers()[CONTENT_TYPE]),
            (StatusCode::OK, &"text/javascript; charset=utf-8".parse().unwrap())
        );
        let known = HeaderMap::from_iter([(IF_NONE_MATCH, first.headers()[ETAG].clone())]);
        assert_eq!(of(&JS, "main.js", &known).status(), StatusCode::NOT_MODIFIED);
        assert_eq!(of(&JS, "../test/merge.test.js", &HeaderMap::new()).status(), StatusCode::NOT_FOUND);
    }
}
