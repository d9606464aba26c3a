//! Orders of kind `notation`: the notes of stems, written as `mixdown notate` does.

use super::super::super::notate::{names_or, requests, song};
use super::{STATED, failed, uses, write};
use mixdown_analyse::notate::{PartKind, PartRequest, notate, transcribe};
use mixdown_analyse::{AnalyseError, Song, SongAnalysis, analyse};
use mixdown_orders::{OrderError, Place, Task, redact};
use std::path::{Path, PathBuf};

/// The `song` of notes without bars.
const WITHOUT_SONG: &str = "none";

pub(super) fn run(task: &mut Task<'_, '_>) -> Result<(), OrderError> {
    uses(task, &["song", STATED])?;
    if task.order().stems.is_empty() {
        return Err(OrderError::Document("a notation needs stems".into()));
    }
    let stems = task.stems()?;
    // As the order names them: fetched files lie in a temporary folder.
    let named: Vec<PathBuf> = task.order().stems.iter().map(|stem| PathBuf::from(redact(&stem.file))).collect();
    let given: Vec<_> = task.order().stems.iter().map(|stem| stem.name.as_deref()).collect();
    let names = names_or(&stems, &given).map_err(|failure| OrderError::Document(failure.to_string()))?;
    let types: Vec<Option<PartKind>> =
        task.order().stems.iter().map(|stem| song::kind_named(stem.stem_type.as_deref()?)).collect();
    let (analysis, shown) = match task.order().song.clone() {
        None => (Some(analysed(task, &stems, &named)?), None),
        Some(none) if none == WITHOUT_SONG => (None, None),
        Some(file) => {
            let place = Place::of(&file, task.base())?;
            let shown = place.shown();
            let path = task.files(&[place])?.remove(0);
            let analysis = song::read(&path, Path::new(&shown)).map_err(|failure| failed(&failure))?;
            (Some(analysis), Some(PathBuf::from(shown)))
        }
    };
    let requests = match &analysis {
        Some(analysis) => {
            let requests = requests(&stems, &named, &names, &types, analysis, shown.as_deref());
            // Warnings of types that are not sure have no place in a result.
            requests.map_err(|failure| failed(&failure))?.0
        }
        None => typed(stems, names, &types)?,
    };
    let progress = |fraction| task.watch("transcribing", fraction, "Finding the notes");
    let parts = transcribe(&requests, progress).map_err(|error| refused(&error))?;
    let song = analysis.map_or_else(Song::default, |analysis| analysis.song);
    let notation = notate(&parts, &song).map_err(|error| failed(&error))?;
    for file in notation.parts.iter().flat_map(|part| &part.files) {
        write(task, &file.name, &file.bytes)?;
    }
    Ok(())
}

/// Returns the analysis of the stems as one song.
fn analysed(task: &mut Task<'_, '_>, stems: &[PathBuf], named: &[PathBuf]) -> Result<SongAnalysis, OrderError> {
    let progress = |fraction| task.watch("analysing", fraction, "Analysing the stems");
    let mut analysis = analyse(stems, progress).map_err(|error| refused(&error))?;
    for (stem, named) in analysis.stems.iter_mut().zip(named) {
        stem.path.clone_from(named);
    }
    Ok(analysis)
}

/// Returns the parts of stems whose types are all stated.
fn typed(stems: Vec<PathBuf>, names: Vec<String>, types: &[Option<PartKind>]) -> Result<Vec<PartRequest>, OrderError> {
    let request = |((path, name), kind): (_, &Option<PartKind>)| Some(PartRequest { path, name, kind: (*kind)? });
    let requests: Option<Vec<_>> = stems.into_iter().zip(names).zip(types).map(request).collect();
    requests.ok_or_else(|| OrderError::Document("without a song, each stem of a notation needs a type".into()))
}

fn refused(error: &AnalyseError) -> OrderError {
    match error {
        AnalyseError::Stopped => OrderError::Stopped,
        error => failed(error),
    }
}
