//! The answer of the command: a table, or one JSON document.

use super::super::table::Table;
use super::sounds;
use mixdown_analyse::notate::{Notation, Part, PartKind};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Form of the document.
const SCHEMA: &str = "mixdown.notation/1";

/// The document of `--json`.
#[derive(Debug, Serialize)]
pub(super) struct Document {
    ok: bool,
    schema: &'static str,
    /// Time signature; null without bars.
    metre: Option<String>,
    /// Bars, the pick-up counted; null without bars.
    bars: Option<usize>,
    stems: Vec<StemEntry>,
    warnings: Vec<String>,
}

#[derive(Debug, Serialize)]
struct StemEntry {
    path: PathBuf,
    #[serde(rename = "type")]
    stem_type: &'static str,
    notes: usize,
    hits: usize,
    /// True if eighths are written even and played unevenly.
    swing: bool,
    files: Vec<PathBuf>,
    warnings: Vec<String>,
}

/// Returns the document.
pub(super) fn document(
    paths: &[PathBuf],
    parts: &[Part],
    notation: &Notation,
    warnings: &[String],
    out: &Path,
) -> Document {
    let stems = paths.iter().zip(parts).zip(&notation.parts).map(|((path, part), notated)| StemEntry {
        path: path.clone(),
        stem_type: type_name(part.kind),
        notes: part.notes.len(),
        hits: part.hits.len(),
        swing: notated.is_swung,
        files: notated.files.iter().map(|file| out.join(&file.name)).collect(),
        warnings: notated.warnings.clone(),
    });
    Document {
        ok: true,
        schema: SCHEMA,
        metre: notation.metre.clone(),
        bars: notation.bars,
        stems: stems.collect(),
        warnings: warnings.to_vec(),
    }
}

/// Returns the answer for people.
pub(super) fn text(paths: &[PathBuf], parts: &[Part], notation: &Notation) -> String {
    let mut table = Table::new(&[("", ""), ("type", ""), ("notes", ""), ("files", "")]);
    for ((path, part), notated) in paths.iter().zip(parts).zip(&notation.parts) {
        let files: Vec<&str> = notated.files.iter().map(|file| file.name.as_str()).collect();
        table.row(&[
            path.display().to_string(),
            type_name(part.kind).into(),
            sounds(part).to_string(),
            files.join(" "),
        ]);
    }
    let bars = match (&notation.metre, notation.bars) {
        (Some(metre), Some(bars)) => format!("{bars} bars of {metre}\n\n"),
        _ => String::new(),
    };
    bars + &table.text()
}

fn type_name(kind: PartKind) -> &'static str {
    match kind {
        PartKind::Drums => "drums",
        PartKind::Bass => "bass",
        PartKind::Vocals => "vocals",
        PartKind::Other => "other",
    }
}
