//! Orders of kind `analysis`: the stems of one song, analysed as `mixdown analyse` does.

use super::{failed, uses, write};
use mixdown_analyse::{AnalyseError, analyse_with_picture, song_html, song_png};
use mixdown_library::Analysed;
use mixdown_orders::{OrderError, Task, redact};
use std::path::PathBuf;

/// Stage of the work.
const STAGE: &str = "analysing";

pub(super) fn run(task: &mut Task<'_, '_>) -> Result<(), OrderError> {
    uses(task, &[])?;
    let stems = task.stems()?;
    let progress = |fraction| task.watch(STAGE, fraction, "Analysing the stems");
    let (mut analysis, picture) = analyse_with_picture(&stems, progress).map_err(|error| match error {
        AnalyseError::Stopped => OrderError::Stopped,
        error => failed(&error),
    })?;
    // As the order names them: fetched files lie in a temporary folder.
    for (stem, named) in analysis.stems.iter_mut().zip(&task.order().stems) {
        stem.path = PathBuf::from(redact(&named.file));
    }
    let document = serde_json::to_vec_pretty(&analysis).map_err(|error| failed(&error))?;
    write(task, "analysis.json", &document)?;
    write(task, "song.html", song_html(&analysis, &picture).as_bytes())?;
    let png = song_png(&analysis, &picture).ok_or_else(|| OrderError::Work("the picture has no area".into()))?;
    write(task, "song.png", &png)?;
    let recorded = serde_json::to_vec(&Analysed::of(analysis, &picture)).map_err(|error| failed(&error))?;
    write(task, "library.json", &recorded)
}
