//! The process that analyses.

use super::analyse_files;
use super::request::RequestedStem;
use crate::hash_file;
use mixdown_analyse::AnalyseError;
use mixdown_shell::job::JobError;
use mixdown_shell::kinds::child::{Stopped, child_work};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::ops::ControlFlow;
use std::path::PathBuf;

/// Request to the process.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ChildRequest {
    /// The stems of one song.
    pub(super) stems: Vec<RequestedStem>,
    /// The file that receives the answer.
    pub(super) answer: PathBuf,
}

/// Runs the process; returns true if the analysis succeeded.
pub fn analyse_child() -> bool {
    child_work(work)
}

fn work(
    request: ChildRequest,
    report: &mut (dyn FnMut(&str, f64) -> ControlFlow<()> + Send),
) -> Result<Map<String, Value>, Stopped> {
    let failed = |code: &str, detail: String| Stopped::Failed(JobError::new(code, detail));
    let ChildRequest { stems, answer } = request;
    let paths: Vec<PathBuf> = stems.iter().map(|stem| stem.path.clone()).collect();
    let analysed = analyse_files(&paths, |fraction| report("analysing", fraction)).map_err(|error| match error {
        AnalyseError::Stopped => Stopped::OnRequest,
        error => failed("ANALYSIS_FAILED", error.to_string()),
    })?;
    for stem in &stems {
        let hash = hash_file(&stem.path).map_err(|error| failed("ANALYSIS_FAILED", error.to_string()))?;
        if hash != stem.blake3 {
            let detail = format!("{}: has changed since the job was submitted; submit it again", stem.path.display());
            return Err(failed("STEM_CHANGED", detail));
        }
    }
    let written = serde_json::to_vec(&analysed).map_err(std::io::Error::other);
    let written = written.and_then(|bytes| std::fs::write(&answer, bytes));
    written.map_err(|error| failed("ANALYSIS_FAILED", format!("{}: {error}", answer.display())))?;
    Ok(Map::new())
}
