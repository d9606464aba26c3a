//! Errors of an analysis.

use mixdown_engine::io::DecodeError;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Error of an analysis.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum AnalyseError {
    /// A file cannot be read.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// The rate of a file cannot be converted.
    #[error("{}: {cause}", path.display())]
    Rate {
        /// The file.
        path: PathBuf,
        /// Message of the converter.
        cause: String,
    },
    /// There is nothing to analyse.
    #[error("a song needs at least one stem; name its files")]
    NoStems,
    /// The observer of progress has stopped it.
    #[error("stopped before the end of the analysis")]
    Stopped,
}

impl AnalyseError {
    /// Returns the error of a file whose rate cannot be converted.
    pub(crate) fn rate(path: &Path, cause: &impl ToString) -> Self {
        Self::Rate { path: path.into(), cause: cause.to_string() }
    }
}
