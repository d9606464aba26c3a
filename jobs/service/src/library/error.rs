//! Refusals for errors of the library. Paths stay in the log.

use crate::error::{ApiError, Code};
use mixdown_library::Error;
use tracing::error;

impl From<Error> for ApiError {
    fn from(cause: Error) -> Self {
        if cause.is_disk_full() {
            return Self::new(Code::DiskFull, "the disk is too full for the library; free some space and try again");
        }
        let code = match &cause {
            Error::Invalid { .. } | Error::UnknownVersion { .. } => Code::LibraryInvalid,
            Error::UnknownStem(_) => Code::LibraryStemNotFound,
            Error::UnknownAudioFile(_) => Code::AudioNotFound,
            Error::NothingToCompare(_) => Code::NothingToCompare,
            Error::Io { source, .. } => return Self::from_io(source, &cause),
            Error::NewerSchema { .. } => {
                error!(%cause, "library");
                return Self::new(Code::LibraryNewer, "a newer version wrote the library; update this program");
            }
            Error::ForeignDatabase { .. } | Error::Damaged(_) | Error::Database(_) => {
                error!(%cause, "library");
                return Self::new(Code::Internal, "the library's database cannot be used; the log names the reason");
            }
        };
        Self::new(code, cause.to_string())
    }
}
