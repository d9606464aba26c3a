//! Files of results as answers, with a content type by their name.

use crate::app::App;
use crate::archive::Entry;
use crate::error::{ApiError, Code};
use crate::files::FileReply;
use crate::report::{self, is_report};
use axum::http::header::{CONTENT_SECURITY_POLICY, HeaderMap, HeaderValue, X_FRAME_OPTIONS};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mixdown_engine::report::SCRIPT;
use sha2::{Digest, Sha256};
use std::fs::{File, Metadata, symlink_metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};
use std::time::SystemTime;

/// Returns the content that a report may load: its own script, known by its hash, style and sound.
/// The script of a report that another version wrote does not run; the page needs none.
fn report_policy() -> HeaderValue {
    static POLICY: LazyLock<Option<HeaderValue>> = LazyLock::new(|| {
        let hash = STANDARD.encode(Sha256::digest(SCRIPT));
        let policy = format!(
            "default-src 'none'; script-src 'sha256-{hash}'; style-src 'unsafe-inline'; img-src data:; \
             media-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
        );
        HeaderValue::from_str(&policy).ok()
    });
    POLICY.clone().unwrap_or_else(|| HeaderValue::from_static("default-src 'none'"))
}

/// Returns a file by the headers of a request.
///
/// # Errors
/// `FILE_NOT_FOUND`, or an error of the disk.
pub(crate) async fn answer_file(
    app: &Arc<App>,
    headers: &HeaderMap,
    path: PathBuf,
    name: &str,
) -> Result<Response, ApiError> {
    let kind = content_type(name);
    let reply = app.blocking(move |_| open(&path, kind).map_err(|error| refusal(&path, &error))).await?;
    let mut response = reply.respond(headers);
    if kind.starts_with("text/html") {
        let fixed = response.headers_mut();
        fixed.insert(CONTENT_SECURITY_POLICY, report_policy());
        fixed.insert(X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN"));
    }
    Ok(response)
}

/// Opens a file for an answer. A result is replaced by another file, never written to: length and
/// time distinguish one from the next.
fn open(path: &Path, kind: &'static str) -> io::Result<FileReply> {
    let (file, data) = open_plain(path)?;
    let modified = data.modified()?.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    FileReply::new(file, format!("\"{:x}-{:x}\"", data.len(), modified.as_nanos()), kind)
}

/// Opens a plain file, a report without the paths in it; the metadata are those on disk.
fn open_plain(path: &Path) -> io::Result<(File, Metadata)> {
    if !symlink_metadata(path)?.is_file() {
        return Err(io::ErrorKind::NotFound.into());
    }
    let file = File::open(path)?;
    let data = file.metadata()?;
    Ok((if is_report(path) { report::without_paths(path)? } else { file }, data))
}

/// Opens a file of a result for an archive, with the content that it has as an answer of its own.
///
/// # Errors
/// `FILE_NOT_FOUND`, or an error of the disk.
pub(crate) fn open_entry(path: &Path, name: &str) -> Result<Entry, ApiError> {
    let opened = open_plain(path).and_then(|(content, data)| {
        let bytes = content.metadata()?.len();
        Ok(Entry { name: name.to_owned(), bytes, modified: data.modified()?, content })
    });
    opened.map_err(|error| refusal(path, &error))
}

fn refusal(path: &Path, error: &io::Error) -> ApiError {
    match error.kind() {
        io::ErrorKind::NotFound => ApiError::new(Code::FileNotFound, "there is no such file"),
        _ => ApiError::from_io(error, &path.display()),
    }
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
