//! The library of a service: one connection that requests take in turn.

use crate::error::{ApiError, Code};
use mixdown_library::Library;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use tracing::warn;

/// The library, opened with its first use.
pub(crate) struct Shared {
    media: PathBuf,
    library: Mutex<Option<Library>>,
}

impl Shared {
    /// Creates the library of a media folder.
    pub(crate) fn new(media: &Path) -> Self {
        Self { media: media.to_path_buf(), library: Mutex::new(None) }
    }

    /// Runs a call of the library. Blocks.
    ///
    /// # Errors
    /// When the library cannot be opened, and those of the call.
    pub(crate) fn with<T>(
        &self,
        call: impl FnOnce(&mut Library) -> Result<T, mixdown_library::Error>,
    ) -> Result<T, ApiError> {
        // A panic leaves no half transaction: the database rolls it back.
        let mut open = self.library.lock().unwrap_or_else(PoisonError::into_inner);
        if open.is_none() {
            let library = Library::open(&self.media, None)?;
            if let Some(path) = library.set_aside() {
                warn!(path = %path.display(), "the database of the library was damaged, and was built anew");
            }
            *open = Some(library);
        }
        let missing = || ApiError::new(Code::Internal, "the library is not open");
        Ok(call(open.as_mut().ok_or_else(missing)?)?)
    }

    /// Returns the media folder.
    pub(crate) fn media(&self) -> &Path {
        &self.media
    }
}
