//! The analysis of a song that is given as a file, and the types of stems in it.

use super::super::Failure;
use mixdown_analyse::notate::PartKind;
use mixdown_analyse::{SongAnalysis, Stem};
use mixdown_engine::io::same_place;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

/// Most bytes of a document: a day of music takes fewer.
const MAX_BYTES: u64 = 256 << 20;

/// Reads a document that `mixdown analyse -o` wrote; errors name it as `shown`.
pub(in crate::cli) fn read(path: &Path, shown: &Path) -> Result<SongAnalysis, Failure> {
    let name = shown.display();
    let file = File::open(path).map_err(|error| Failure::Other(format!("{name}: cannot be read: {error}")))?;
    let read: Result<SongAnalysis, _> = serde_json::from_reader(BufReader::new(file.take(MAX_BYTES)));
    let wrong = "not an analysis of a song; write one with mixdown analyse -o";
    let analysis = read.map_err(|error| Failure::Other(format!("{name}: {wrong} ({error})")))?;
    if analysis.schema != mixdown_analyse::SCHEMA {
        let schema = analysis.schema;
        return Err(Failure::Other(format!("{name}: {wrong} (its schema is {schema})")));
    }
    Ok(analysis)
}

/// Returns the entry of a stem: by its path, or by its name if only one entry has that.
pub(super) fn stem<'a>(analysis: &'a SongAnalysis, path: &Path, song: Option<&Path>) -> Result<&'a Stem, Failure> {
    let stems = &analysis.stems;
    let is_same = |stem: &&Stem| stem.path == path || same_place(&stem.path, path);
    if let Some(found) = stems.iter().find(is_same) {
        return Ok(found);
    }
    let mut named = stems.iter().filter(|stem| stem.path.file_name() == path.file_name());
    match (named.next(), named.next()) {
        (Some(found), None) => Ok(found),
        _ => Err(Failure::Other(format!(
            "{}: has no entry for {}; analyse it again with this stem, or state its --type",
            document(song),
            path.display()
        ))),
    }
}

/// Returns the kind that an entry states.
pub(super) fn kind(stem: &Stem, song: Option<&Path>) -> Result<PartKind, Failure> {
    let unknown = || Failure::Other(format!("{}: {} is not a type of stem", document(song), stem.stem_type));
    kind_named(&stem.stem_type).ok_or_else(unknown)
}

/// Returns the kind of this name.
pub(in crate::cli) fn kind_named(name: &str) -> Option<PartKind> {
    match name {
        "drums" => Some(PartKind::Drums),
        "bass" => Some(PartKind::Bass),
        "vocals" => Some(PartKind::Vocals),
        "other" => Some(PartKind::Other),
        _ => None,
    }
}

fn document(song: Option<&Path>) -> String {
    song.map_or_else(|| "the analysis".into(), |song| song.display().to_string())
}
