//! An upload and its outcome.

use super::ContentRange;
use crate::app::App;
use crate::error::{ApiError, Code};
use crate::sessions::{SessionFile, Stem, StemName, UploadKey};
use axum::http::HeaderMap;
use mixdown_shell::job::SessionId;
use std::sync::Arc;

/// An upload of a stem.
#[derive(Clone, Debug)]
pub(crate) struct Upload {
    /// Its session.
    pub session: SessionId,
    /// Its name.
    pub name: StemName,
    /// Key of its parts; `None` without one.
    pub key: Option<UploadKey>,
    /// The place of its bytes; `None` for a whole stem.
    pub range: Option<ContentRange>,
    /// Bytes of the body, where the client states them.
    pub content_length: Option<u64>,
    /// True if what arrived is kept when the body ends early.
    pub resumable: bool,
}

/// Outcome of an upload.
#[derive(Debug)]
pub(crate) enum Received {
    /// It needs more parts; these bytes have arrived.
    Incomplete(u64),
    /// The stem is in its place.
    Placed {
        /// The session.
        file: Box<SessionFile>,
        /// The stem.
        stem: Box<Stem>,
        /// True if no stem had the name before.
        is_new: bool,
    },
}

/// Returns the key in the header `Upload-Key`; `None` without the header.
///
/// # Errors
/// `BAD_UPLOAD_KEY`.
pub(crate) fn upload_key(headers: &HeaderMap) -> Result<Option<UploadKey>, ApiError> {
    // A value that is no text has wrong characters.
    headers.get("upload-key").map(|key| key.to_str().unwrap_or_default().parse()).transpose()
}

/// Removes the part of an upload that is refused.
pub(super) async fn remove_part(app: &Arc<App>, upload: &Upload) {
    let upload = upload.clone();
    // What cannot be removed is overwritten by the next upload of the name.
    let _ = app.blocking(move |app| app.sessions.remove_part(&upload.session, &upload.name, upload.key.as_ref())).await;
}

/// Returns the refusal of a stem that its session has no room for.
pub(super) fn over_quota(quota: u64, others: u64) -> ApiError {
    let message = format!("the session may have {quota} bytes of stems, and {others} are taken; delete some");
    ApiError::new(Code::SessionQuota, message)
}
