//! The hold of an upload on its name.

use super::request::Upload;
use crate::app::App;
use crate::sessions::SessionUse;
use std::sync::Arc;

/// Holds the name of an upload. When the request ends early, as when its client leaves, a part that
/// nobody can continue is removed before the name is free again.
pub(super) struct Hold {
    app: Arc<App>,
    upload: Upload,
    _held: SessionUse,
}

impl Hold {
    /// Creates the hold of an upload whose name is taken by `held`.
    pub(super) fn new(app: Arc<App>, upload: Upload, held: SessionUse) -> Self {
        Self { app, upload, _held: held }
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        let Upload { session, name, key, resumable, .. } = &self.upload;
        if !resumable {
            // After a complete upload there is none. What cannot be removed is overwritten by the
            // next upload of the name.
            let _ = self.app.sessions.remove_part(session, name, key.as_ref());
        }
    }
}
