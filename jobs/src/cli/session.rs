//! `mixdown session`: a document to edit, or its schema.

use super::Failure;
use super::outcome::{print, write_file};
use clap::Args;
use mixdown_engine::session::{Session, json_schema};
use std::path::PathBuf;

/// Write a session file to edit.
///
/// The document lists the stems as tracks and explains every key, with units, ranges and choices. `mixdown render --session`
/// renders it.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mixdown session drums.wav bass.flac > mix.toml
  mixdown session --schema > mixdown.schema.json")]
pub(super) struct SessionArguments {
    /// The stems, in the order in which they are summed.
    #[arg(value_name = "STEM", required_unless_present = "schema")]
    stems: Vec<PathBuf>,
    /// Write to this file instead of standard output.
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Print the JSON Schema of session documents.
    #[arg(long, conflicts_with = "stems")]
    schema: bool,
}

pub(super) fn run(arguments: &SessionArguments) -> Result<(), Failure> {
    let text = if arguments.schema {
        format!("{:#}\n", json_schema())
    } else {
        let session = Session::from_stems(&arguments.stems);
        super::render::check(&session)?;
        session.to_toml()
    };
    let Some(path) = &arguments.out else { return print(&text) };
    write_file(path, "--out", text.as_bytes())
}
