//! Orders of kind `notation`: the notes of stems, written as `mixdown notate` does.

use super::super::super::notate::{names, requests, song};
use super::{failed, uses, write};
use mixdown_analyse::notate::{notate, transcribe};
use mixdown_analyse::{AnalyseError, SongAnalysis, analyse};
use mixdown_orders::{OrderError, Place, Task, redact};
use std::path::{Path, PathBuf};

pub(super) fn run(task: &mut Task<'_, '_>) -> Result<(), OrderError> {
    uses(task, &["song"])?;
    if task.order().stems.is_empty() {
        return Err(OrderError::Document("a notation needs stems".into()));
    }
    let stems = task.stems()?;
    // As the order names them: fetched files lie in a temporary folder.
    let named: Vec<PathBuf> = task.order().stems.iter().map(|stem| PathBuf::from(redact(&stem.file))).collect();
    let names = names(&stems).map_err(|failure| OrderError::Document(failure.to_string()))?;
    let (song, shown) = match task.order().song.clone() {
        None => (analysed(task, &stems, &named)?, None),
        Some(file) => {
            let place = Place::of(&file, task.base())?;
            let shown = place.shown();
            let path = task.files(&[place])?.remove(0);
            let analysis = song::read(&path, Path::new(&shown)).map_err(|failure| failed(&failure))?;
            (analysis, Some(PathBuf::from(shown)))
        }
    };
    let types = vec![None; stems.len()];
    let requests = requests(&stems, &named, &names, &types, &song, shown.as_deref());
    // Warnings of types that are not sure have no place in a result.
    let (requests, _) = requests.map_err(|failure| failed(&failure))?;
    let progress = |fraction| task.watch("transcribing", fraction, "Finding the notes");
    let parts = transcribe(&requests, progress).map_err(|error| refused(&error))?;
    let notation = notate(&parts, &song.song).map_err(|error| failed(&error))?;
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

fn refused(error: &AnalyseError) -> OrderError {
    match error {
        AnalyseError::Stopped => OrderError::Stopped,
        error => failed(error),
    }
}
