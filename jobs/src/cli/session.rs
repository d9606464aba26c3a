//! `mixdown session`: a document to edit, or its schema.

mod bars;

use super::destination::write_file;
use super::outcome::print;
use super::outputs::Outputs;
use super::relative::seen_from;
use super::standard_streams::is_standard;
use super::{Failure, stems, terminal};
use clap::Args;
use mixdown_engine::io::{Fold, OutputKind, StemReader};
use mixdown_engine::session::{Session, json_schema};
use std::path::{Path, PathBuf};

/// Write a session file to edit.
///
/// The document lists the stems as tracks and explains every key, with units, ranges and choices.
/// `mixdown render --session` renders it. Stems are named as they are found from the document's
/// folder.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mixdown session drums.wav bass.flac > mix.toml
  mixdown session stems/ --out mix.json
  mixdown session loops/ --snap-to-beats --out loop.toml
  mixdown session --schema > mixdown.schema.json")]
pub(super) struct SessionArguments {
    /// The stems, in the order in which they are summed; of a folder, its audio files.
    #[arg(value_name = "STEM", required_unless_present = "schema")]
    stems: Vec<PathBuf>,
    /// Write to this file instead of standard output: JSON where it ends in .json, else TOML.
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Replace the file of --out if there is one; never one of the stems.
    #[arg(long)]
    force: bool,
    /// Analyse the stems as one song, and let the output start and end with whole bars: start_s and
    /// end_s of [time] are set.
    #[arg(long)]
    snap_to_beats: bool,
    /// Print the JSON Schema of session documents.
    #[arg(long, conflicts_with = "stems")]
    schema: bool,
    /// Print nothing but the document and errors.
    #[arg(short, long)]
    pub(super) quiet: bool,
}

pub(super) fn run(arguments: &SessionArguments) -> Result<(), Failure> {
    let out = arguments.out.as_deref().filter(|out| !is_standard(out));
    let is_json = match out.and_then(Path::extension).and_then(|ending| ending.to_str()).map(str::to_lowercase) {
        Some(ending) if ["yaml", "yml"].contains(&&*ending) => {
            return Err(Failure::Usage("--out: a session is TOML or JSON; end the name in .toml or .json".into()));
        }
        ending => ending.as_deref() == Some("json"),
    };
    let stems = stems::expand(&arguments.stems, arguments.quiet)?;
    let outputs = Outputs::new(arguments.force).reading(&stems);
    outputs.writing("--out", out, OutputKind::SESSION).check()?;
    let text = if arguments.schema {
        format!("{:#}\n", json_schema())
    } else {
        let mut session = Session::from_stems(&stems);
        super::render::check(&session)?;
        if arguments.snap_to_beats {
            bars::snap(&mut session, &stems)?;
        }
        warn_of_unreadable(&stems);
        if let Some(folder) = out.and_then(Path::parent) {
            session.tracks.iter_mut().for_each(|track| track.file = seen_from(folder, &track.file));
        }
        if is_json {
            let text = serde_json::to_string_pretty(&session).map_err(|error| Failure::Other(error.to_string()))?;
            text + "\n"
        } else {
            session.to_toml()
        }
    };
    let Some(path) = out else { return print(&text) };
    write_file(path, "--out", text.as_bytes())
}

/// Warns of stems that no render could read: the document that names them is written all the same.
fn warn_of_unreadable(stems: &[PathBuf]) {
    for error in stems.iter().filter_map(|stem| StemReader::open(stem, Fold::Stereo).err()) {
        terminal::warn(&format!("{error}; a render of this session would fail"));
    }
}
