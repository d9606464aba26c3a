//! Errors of a render.

use super::clip::ClipError;
use super::plan::PlanError;
use super::progress::Stopped;
use crate::io::{DecodeError, OutputError};
use crate::process::BuildError;
use std::io;
use std::path::PathBuf;
use thiserror::Error;

/// Reason why a render ended without a result. Nothing is left on disk then.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RenderError {
    /// The session cannot be rendered.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// A stem cannot be read on.
    #[error("track {track:?}: {source}")]
    Stem {
        /// The track.
        track: String,
        /// The decoder's error.
        source: DecodeError,
    },
    /// A stem can no longer be opened, or not at the session's rate.
    #[error(transparent)]
    Clip(#[from] ClipError),
    /// A stem cannot be hashed, or the result cannot be read back.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// The master chain cannot be built.
    #[error("master: {0}")]
    Build(#[from] BuildError),
    /// An output file cannot be written.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// The encoder of a lossy file does not reproduce the mix.
    #[error(
        "{}: from {time_s:.2} s on the encoded file is not the mix: what differs is louder than the mix itself; write wav24 or flac24 instead", path.display()
    )]
    Encoded {
        /// The file.
        path: PathBuf,
        /// Seconds into the file.
        time_s: f64,
    },
    /// The temporary file for the pre-master cannot be written or read.
    #[error("the temporary file that holds the mix between the passes failed: {0}; free some disk space")]
    PremasterSpill(io::Error),
    /// A temporary file for meter readings or for the waveform cannot be written or read.
    #[error("the temporary file that holds readings and waveform failed: {0}; free some disk space")]
    MeterLog(io::Error),
    /// There is nothing to write.
    #[error(
        "the output would be empty: the session ends at {end_s:.3} s and the output was to start at {start_s:.3} s; choose an earlier start"
    )]
    Empty {
        /// End of the session, in seconds.
        end_s: f64,
        /// Requested start of the output, in seconds.
        start_s: f64,
    },
    /// The mix is no longer finite.
    #[error(
        "the mix is not finite at {time_s:.3} s: an insert or a gain drives it beyond what numbers hold; lower the gains before it"
    )]
    NotFinite {
        /// Session time of the first bad frame, in seconds.
        time_s: f64,
    },
    /// The session requires alignment, which this build leaves out.
    #[error("built without alignment: set align.mode to off, or build with the feature `align`")]
    NoAlignment,
    /// The session requires Opus, which this build leaves out.
    #[error("built without Opus: write wav24 or flac24, or build with the feature `opus`")]
    NoOpus,
    /// A stop was requested.
    #[error(transparent)]
    Stopped(#[from] Stopped),
}
