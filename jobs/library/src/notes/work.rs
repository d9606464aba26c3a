//! The process that finds notes.

use super::request::NotedStem;
use crate::hash_file;
use mixdown_analyse::AnalyseError;
use mixdown_analyse::notate::{NotesDocument, PartKind, PartRequest, transcribe};
use mixdown_shell::job::JobError;
use mixdown_shell::kinds::child::{Stopped, child_work};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::ops::ControlFlow;
use std::path::PathBuf;

/// Request to the process.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ChildRequest {
    /// The stems, each with the kind of its part as its type.
    pub(super) stems: Vec<NotedStem>,
    /// The file that receives the answer: the notes by the id of their stem.
    pub(super) answer: PathBuf,
}

/// Runs the process; returns true if the notes were found.
pub fn notate_child() -> bool {
    child_work(work)
}

fn work(
    request: ChildRequest,
    report: &mut (dyn FnMut(&str, f64) -> ControlFlow<()> + Send),
) -> Result<Map<String, Value>, Stopped> {
    let ChildRequest { stems, answer } = request;
    let failed = |code: &str, detail: String| Stopped::Failed(JobError::new(code, detail));
    let parts: Vec<PartRequest> = stems
        .iter()
        .map(|stem| PartRequest {
            path: stem.path.clone(),
            name: stem.stem_id.clone(),
            kind: part_kind(&stem.stem_type),
        })
        .collect();
    let parts = transcribe(&parts, |fraction| report("transcribing", fraction)).map_err(|error| match error {
        AnalyseError::Stopped => Stopped::OnRequest,
        error => failed("NOTATION_FAILED", error.to_string()),
    })?;
    for stem in &stems {
        let hash = hash_file(&stem.path).map_err(|error| failed("NOTATION_FAILED", error.to_string()))?;
        if hash != stem.blake3 {
            let detail = format!("{}: has changed since the job was submitted; submit it again", stem.path.display());
            return Err(failed("STEM_CHANGED", detail));
        }
    }
    let mut counts = Map::new();
    let mut notes = Map::new();
    for part in &parts {
        counts.insert(part.name.clone(), json!({ "notes": part.notes.len(), "hits": part.hits.len() }));
        notes.insert(part.name.clone(), json!(NotesDocument::of(part)));
    }
    let written = std::fs::write(&answer, Value::Object(notes).to_string());
    written.map_err(|error| failed("NOTATION_FAILED", format!("{}: {error}", answer.display())))?;
    Ok(counts)
}

/// Returns the name of the kind of a part for the type of a stem.
pub(super) fn part_type(stem_type: &str) -> &'static str {
    match stem_type {
        "drums" | "percussive" => "drums",
        "bass" => "bass",
        "vocals" => "vocals",
        _ => "other",
    }
}

/// Returns the kind of a part for the type of a stem.
pub(super) fn part_kind(stem_type: &str) -> PartKind {
    match part_type(stem_type) {
        "drums" => PartKind::Drums,
        "bass" => PartKind::Bass,
        "vocals" => PartKind::Vocals,
        _ => PartKind::Other,
    }
}
