//! The process that separates.

use crate::hash_file;
use mixdown_separate::{BackEnd, DEFAULT_MODEL, Demucs, Limits, SeparateError, find_demucs, separate};
use mixdown_shell::job::JobError;
use mixdown_shell::kinds::child::{Stopped, child_work};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Duration;

/// Request to the process.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ChildRequest {
    /// The file that is split.
    pub(super) song: PathBuf,
    /// Its BLAKE3 when the job was submitted.
    pub(super) blake3: String,
    /// The back end; demucs if absent.
    pub(super) with: Option<String>,
    /// The model of demucs.
    pub(super) model: Option<String>,
    /// Longest time of the external program.
    pub(super) seconds: u64,
    /// The empty folder for the parts.
    pub(super) out: PathBuf,
    /// The program that starts demucs.
    pub(super) guard: PathBuf,
}

/// Runs the process; returns true if the separation succeeded.
pub fn separate_child() -> bool {
    child_work(work)
}

fn work(
    request: ChildRequest,
    report: &mut (dyn FnMut(&str, f64) -> ControlFlow<()> + Send),
) -> Result<Map<String, Value>, Stopped> {
    let ChildRequest { song, blake3, with, model, seconds, out, guard } = request;
    let failed = |code: &str, detail: String| Stopped::Failed(JobError::new(code, detail));
    let back_end = back_end(with.as_deref(), model.as_deref(), seconds, guard).map_err(|error| refused(&error))?;
    let found = separate(&song, &back_end, &out, false, |fraction| report("separating", fraction));
    let found = found.map_err(|error| refused(&error))?;
    let hash = hash_file(&song).map_err(|error| failed("SEPARATION_FAILED", error.to_string()))?;
    if hash != blake3 {
        let detail = format!("{}: has changed since the job was submitted; submit it again", song.display());
        return Err(failed("STEM_CHANGED", detail));
    }
    let parts: Vec<&str> = found.parts.iter().map(|part| part.name.as_str()).collect();
    Ok(Map::from_iter([
        ("with".into(), json!(found.with)),
        ("parts".into(), json!(parts)),
        ("residual".into(), json!(found.residual)),
        ("placement".into(), json!(found.placement)),
    ]))
}

/// Returns the back end of these names.
fn back_end(with: Option<&str>, model: Option<&str>, seconds: u64, guard: PathBuf) -> Result<BackEnd, SeparateError> {
    if with == Some("classical") {
        return Ok(BackEnd::Classical);
    }
    let program = find_demucs(None)?;
    let limits = Limits { time: Duration::from_secs(seconds), ..Limits::default() };
    Ok(BackEnd::Demucs(Demucs::new(program, model.unwrap_or(DEFAULT_MODEL), limits)?.guarded_by(guard)))
}

fn refused(error: &SeparateError) -> Stopped {
    let code = match error {
        SeparateError::Stopped => return Stopped::OnRequest,
        SeparateError::NoDemucs => "NO_SEPARATOR",
        _ => "SEPARATION_FAILED",
    };
    Stopped::Failed(JobError::new(code, error.to_string()))
}
