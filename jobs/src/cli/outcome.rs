//! How a command ends, and what it says then.

use mixdown_engine::align::AlignError;
use mixdown_engine::render::RenderError;
use mixdown_engine::session::SessionErrors;
use std::io::{self, Write};
use std::process::ExitCode;
use thiserror::Error;

/// Why a command failed.
#[derive(Debug, Error)]
pub(super) enum Failure {
    /// The session document is wrong.
    #[error(transparent)]
    Session(#[from] SessionErrors),
    /// Stems cannot be aligned.
    #[error(transparent)]
    Align(#[from] AlignError),
    /// The render failed.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// A file could not be written.
    #[error("{path}: cannot be written: {source}")]
    Write {
        /// The file, or `standard output`.
        path: String,
        /// What the operating system says.
        source: io::Error,
    },
    /// The arguments do not fit together.
    #[error("{0}")]
    Usage(String),
}

impl Failure {
    /// Says what went wrong, on standard error or as a JSON document on standard output, and gives the exit code.
    pub(super) fn report(&self, json: bool) -> ExitCode {
        if json {
            // A closed standard output leaves only the exit code to say it.
            let _ = writeln!(io::stdout(), "{:#}", serde_json::json!({ "ok": false, "error": self.to_string() }));
        } else {
            let _ = writeln!(io::stderr(), "mixdown: {self}");
        }
        ExitCode::from(if matches!(self, Self::Usage(_)) { 2 } else { 1 })
    }
}

/// Prints to standard output; a reader that has gone away is no failure.
pub(super) fn print(text: &str) -> Result<(), Failure> {
    match io::stdout().write_all(text.as_bytes()).and_then(|()| io::stdout().flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::Write { path: "standard output".into(), source: error })
        }
        _ => Ok(()),
    }
}
