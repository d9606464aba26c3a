//! Errors of reading and writing files for alignment.

use crate::io::{DecodeError, OutputError};
use crate::resample::ResampleError;
use std::path::PathBuf;
use thiserror::Error;

/// Files that cannot be aligned.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum AlignError {
    /// A stem cannot be read.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// The rate of a stem cannot be converted to that of the reference.
    #[error("{}: {source}", path.display())]
    Resample {
        /// The stem.
        path: PathBuf,
        /// The reason.
        source: ResampleError,
    },
    /// An aligned stem cannot be written.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// A stop was requested.
    #[error("stopped on request; nothing was written")]
    Stopped,
}
