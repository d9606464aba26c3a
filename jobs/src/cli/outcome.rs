//! The end of a command: its failure, its exit code and its output.

use super::terminal::{self, one_line, plain};
use mixdown_engine::io::DecodeError;
use mixdown_engine::render::{AlignError, PlanError, RenderError};
use mixdown_engine::session::SessionErrors;
use mixdown_shell::settings::SettingsError;
use mixdown_shell::store::StoreError;
use serde::Serialize;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::process::ExitCode;
use thiserror::Error;

/// Exit code of work that may succeed later: `EX_TEMPFAIL` of sysexits.h.
const AGAIN: u8 = 75;

/// Failure of a command.
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
        /// Error of the operating system.
        source: io::Error,
    },
    /// A file could not be read.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// The settings file is wrong.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The records of jobs cannot be read or written, or do not allow it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The stem library refused or failed.
    #[error(transparent)]
    Library(#[from] mixdown_library::Error),
    /// A place cannot be reached, or its files are not as expected.
    #[error(transparent)]
    Order(#[from] mixdown_orders::OrderError),
    /// Something else, in its own words.
    #[error("{0}")]
    Other(String),
    /// Several things, one per line.
    #[error("{}", .0.join("\n"))]
    List(Vec<String>),
    /// The failure has been reported already.
    #[error("failed")]
    Reported,
    /// The failure has been reported already, and the same command may succeed later.
    #[error("failed for now")]
    Again,
    /// The arguments do not fit together.
    #[error("{0}")]
    Usage(String),
    /// Flags have values that a session refuses; one per line.
    #[error("{}", .0.join("\n"))]
    Flags(Vec<String>),
}

impl Failure {
    /// Reports the failure, on standard error or as a JSON document on standard output, and returns
    /// the exit code.
    pub(super) fn report(&self, json: bool) -> ExitCode {
        match self {
            Self::Reported => return ExitCode::FAILURE,
            Self::Again => return ExitCode::from(AGAIN),
            _ => {}
        }
        if json {
            // With a closed standard output only the exit code remains.
            let _ = writeln!(io::stdout(), "{:#}", serde_json::json!({ "ok": false, "error": self.to_string() }));
        } else {
            terminal::fail(&self.shown());
        }
        ExitCode::from(if matches!(self, Self::Usage(_) | Self::Flags(_)) { 2 } else { 1 })
    }

    /// Returns the text for people: names stay in their lines, where there are several.
    fn shown(&self) -> String {
        let text = self.to_string();
        let parts: Vec<String> = match self {
            Self::Session(errors) | Self::Render(RenderError::Plan(PlanError::Session(errors))) => {
                let problems = errors.problems.iter().map(ToString::to_string);
                problems.chain([errors.origin.display().to_string()]).collect()
            }
            Self::Render(RenderError::Plan(PlanError::Stems(errors))) => {
                errors.iter().map(ToString::to_string).collect()
            }
            Self::Settings(SettingsError::Read { path, .. } | SettingsError::Parse { path, .. }) => {
                vec![path.display().to_string()]
            }
            Self::List(lines) | Self::Flags(lines) => lines.clone(),
            _ => return one_line(&text).into_owned(),
        };
        let escaped = parts.iter().filter(|part| part.contains(char::is_control));
        let text = escaped.fold(text, |text, part| text.replace(part.as_str(), &one_line(part)));
        plain(&text).into_owned()
    }
}

/// Prints lines for people to standard output; names in them are in one line already.
pub(super) fn show(text: &str) -> Result<(), Failure> {
    print_bytes(plain(text).as_bytes())
}

/// Prints a document to standard output, with control characters escaped on a terminal. A closed
/// pipe is not a failure.
pub(super) fn print(text: &str) -> Result<(), Failure> {
    let shown = if io::stdout().is_terminal() { plain(text) } else { text.into() };
    print_bytes(shown.as_bytes())
}

/// Writes bytes to standard output. A closed pipe is not a failure.
pub(super) fn print_bytes(bytes: &[u8]) -> Result<(), Failure> {
    match io::stdout().write_all(bytes).and_then(|()| io::stdout().flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::Write { path: "standard output".into(), source: error })
        }
        _ => Ok(()),
    }
}

/// Prints a document to standard output, one line per key, without holding its text in memory. A
/// closed pipe is not a failure.
pub(super) fn print_json(document: &impl Serialize) -> Result<(), Failure> {
    let mut out = BufWriter::new(io::stdout().lock());
    let written = serde_json::to_writer_pretty(&mut out, document).map_err(io::Error::from);
    match written.and_then(|()| writeln!(out)).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::Write { path: "standard output".into(), source: error })
        }
        _ => Ok(()),
    }
}
