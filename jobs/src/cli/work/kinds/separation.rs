//! Orders of kind `separation`: one song into parts, as `mixdown separate` does.

use super::{failed, uses, write};
use mixdown_orders::{OrderError, Place, Task, redact};
use mixdown_separate::{BackEnd, DEFAULT_MODEL, Demucs, Limits, REPORT_NAME, SeparateError, find_demucs, separate};
use std::path::PathBuf;

/// Stage of the work.
const STAGE: &str = "separating";

pub(super) fn run(task: &mut Task<'_, '_>) -> Result<(), OrderError> {
    uses(task, &["with", "model"])?;
    let [song] = &*task.order().stems else {
        return Err(OrderError::Document("a separation has one stem: the song".into()));
    };
    let named = PathBuf::from(redact(&song.file));
    let back_end = back_end(task)?;
    let song = task.stems()?.remove(0);
    let folder = task.folder().to_path_buf();
    let progress = |fraction| task.watch(STAGE, fraction, "Separating the song");
    let mut separation = separate(&song, &back_end, &folder, false, progress).map_err(|error| refused(&error))?;
    // As the order names them: the song may lie in a temporary folder, and the parts do.
    separation.song = named;
    for part in &mut separation.parts {
        part.path = part.path.file_name().map(PathBuf::from).unwrap_or_default();
    }
    let mut report = serde_json::to_vec_pretty(&separation).map_err(|error| failed(&error))?;
    report.push(b'\n');
    write(task, REPORT_NAME, &report)
}

/// Returns the back end that the order names.
fn back_end(task: &mut Task<'_, '_>) -> Result<BackEnd, OrderError> {
    let (with, model) = (task.order().with.clone(), task.order().model.clone());
    match with.as_deref() {
        None | Some("demucs") => demucs(model.as_deref().unwrap_or(DEFAULT_MODEL)).map_err(|error| refused(&error)),
        Some(with) if model.is_some() => {
            Err(OrderError::Document(format!("model is that of demucs, and does nothing to {}", redact(with))))
        }
        Some("classical") => Ok(BackEnd::Classical),
        Some(file) if file.to_ascii_lowercase().ends_with(".onnx") => {
            let place = Place::of(file, task.base())?;
            let path = task.files(&[place])?.remove(0);
            BackEnd::onnx(&path).map_err(|error| refused(&error))
        }
        Some(other) => Err(OrderError::Document(format!(
            "with is {:?}; it is demucs, classical, or a file that ends in .onnx",
            redact(other)
        ))),
    }
}

fn demucs(model: &str) -> Result<BackEnd, SeparateError> {
    let demucs = Demucs::new(find_demucs(None)?, model, Limits::default())?;
    Ok(BackEnd::Demucs(super::super::super::separate::guarded(demucs)))
}

fn refused(error: &SeparateError) -> OrderError {
    match error {
        SeparateError::Stopped => OrderError::Stopped,
        SeparateError::NoDemucs => OrderError::NoProgram(error.to_string()),
        error => failed(error),
    }
}
