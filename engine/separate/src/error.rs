//! Errors of a separation.

use mixdown_engine::io::{DecodeError, OutputError};
use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Error of a separation; nothing has been written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SeparateError {
    /// The song, or a file that a back end wrote, cannot be read.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// A file may not or cannot be written.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// The rate of a file cannot be converted.
    #[error("{}: {cause}", path.display())]
    Rate {
        /// The file.
        path: PathBuf,
        /// Message of the converter.
        cause: String,
    },
    /// A file ends before its header states.
    #[error("{}: is not complete: {cause}", path.display())]
    Truncated {
        /// The file.
        path: PathBuf,
        /// Description of what is missing.
        cause: String,
    },
    /// The external program is not there.
    #[error(
        "demucs was not found on PATH; install it with `pip install demucs`, or name the program with --demucs PATH. \
         `--with classical` needs no program: it splits into percussive, harmonic and centre, which are not drums, \
         bass and vocals"
    )]
    NoDemucs,
    /// The named program cannot be run.
    #[error("{}: cannot be run: {cause}; name the program demucs with --demucs PATH", path.display())]
    Program {
        /// The program.
        path: PathBuf,
        /// Reason of the operating system.
        cause: String,
    },
    /// The external program failed; the end of what it printed.
    #[error("demucs failed ({status}){}", after_colon(output))]
    Failed {
        /// Its exit code or signal.
        status: String,
        /// End of its output.
        output: String,
    },
    /// A limit was exceeded, and the external program was stopped.
    #[error("demucs was stopped: {0}")]
    Limit(String),
    /// A stem that a back end should have written is not there.
    #[error("demucs ended without an error, but wrote no {name}{}", after_colon(output))]
    Missing {
        /// The file.
        name: String,
        /// End of the program's output.
        output: String,
    },
    /// A stem is much shorter than the song.
    #[error("{}: ends {missing_s:.1} s before the song; the separation is not complete", path.display())]
    Short {
        /// The stem.
        path: PathBuf,
        /// Length that is missing, in seconds.
        missing_s: f64,
    },
    /// The name of a model cannot be used.
    #[error("{0:?} is not a valid name of a model: letters, digits, and - _ . between them")]
    Model(String),
    /// The file of a model cannot be used.
    #[error("{}: {cause}; docs/separation.md describes the models that can be used", path.display())]
    Onnx {
        /// The file.
        path: PathBuf,
        /// Description of what is wrong.
        cause: String,
    },
    /// A model failed at work.
    #[error("{}: the model failed at {start_s:.1} s of the song: {cause}", path.display())]
    OnnxRun {
        /// The file of the model.
        path: PathBuf,
        /// Start of the segment in seconds.
        start_s: f64,
        /// Description of what is wrong.
        cause: String,
    },
    /// An ONNX model was named.
    #[error(
        "{}: ONNX models need the feature `onnx`, which this version of mixdown does not have; \
         use --with demucs or --with classical", .0.display()
    )]
    NoOnnx(PathBuf),
    /// The observer of progress has stopped it.
    #[error("stopped before the end of the separation")]
    Stopped,
}

impl SeparateError {
    /// Returns the error of a file that cannot be written.
    pub(crate) fn write(path: &Path, source: io::Error) -> Self {
        Self::Output(OutputError::Io { path: path.into(), source })
    }
}

fn after_colon(output: &str) -> String {
    if output.is_empty() { String::new() } else { format!(": {output}") }
}
