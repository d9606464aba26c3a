//! `mixdown session`: a document to edit, or its schema.

use super::Failure;
use super::destination::write_file;
use super::outcome::print;
use super::outputs::Outputs;
use clap::Args;
use mixdown_engine::io::OutputKind;
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
    /// Replace the file of --out if there is one; never one of the stems.
    #[arg(long)]
    force: bool,
    /// Print the JSON Schema of session documents.
    #[arg(long, conflicts_with = "stems")]
    schema: bool,
}

pub(super) fn run(arguments: &SessionArguments) -> Result<(), Failure> {
    let outputs = Outputs::new(arguments.force).reading(&arguments.stems);
    outputs.writing("--out", arguments.out.as_deref(), OutputKind::SESSION).check()?;
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
