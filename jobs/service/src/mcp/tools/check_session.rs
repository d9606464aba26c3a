//! `check_session`: the problems of a session document.

use super::super::tool::{McpTool, OnProgress, Workshop};
use mixdown_engine::render::{Plan, PlanError};
use mixdown_engine::session::{Problem, Session, SessionErrors};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// The tool.
pub(in crate::mcp) struct CheckSession;

/// Its arguments.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::mcp) struct Arguments {
    /// The session document, TOML or JSON.
    session: PathBuf,
}

impl McpTool for CheckSession {
    type Arguments = Arguments;

    const NAME: &str = "check_session";
    const DESCRIPTION: &str = "Checks a session document and its stems without rendering: reports every problem, and \
        warnings about likely mistakes.";
    const READS_ONLY: bool = true;

    fn run(workshop: &Workshop, Arguments { session }: Arguments, _: OnProgress<'_>) -> Result<Value, String> {
        let found = find(workshop, &session).and_then(|session| Plan::new(session).map_err(of_plan));
        Ok(match found {
            Ok(plan) => json!({
                "valid": true,
                "problems": [],
                "warnings": plan.warnings(),
                "sample_rate_hz": plan.sample_rate().hz(),
                "duration_s": plan.expected_frames().map(|frames| plan.sample_rate().seconds(frames)),
                "tracks": plan.session().tracks.iter().map(|track| track.title().into_owned()).collect::<Vec<_>>(),
            }),
            Err(problems) => json!({ "valid": false, "problems": problems }),
        })
    }
}

/// A problem of a session document.
#[derive(Debug, Serialize)]
struct Found {
    /// Line of the document, from 1; null where it has none.
    line: Option<usize>,
    /// Place in words, such as `track "bass", insert 2`; empty for the whole.
    place: String,
    /// JSON pointer to the value (RFC 6901); empty for the whole.
    pointer: String,
    /// The problem, and the accepted values.
    message: String,
}

impl Found {
    fn at(pointer: String, message: String) -> Self {
        Self { line: None, place: String::new(), pointer, message }
    }
}

fn of_document(errors: SessionErrors) -> Vec<Found> {
    let found = |Problem { line, place, pointer, message, .. }| Found { line, place, pointer, message };
    errors.problems.into_iter().map(found).collect()
}

fn of_plan(error: PlanError) -> Vec<Found> {
    match error {
        PlanError::Session(errors) => of_document(errors),
        PlanError::Stems(errors) => errors.iter().map(|error| Found::at(String::new(), error.to_string())).collect(),
        error => vec![Found::at(String::new(), error.to_string())],
    }
}

/// Loads a session document; its stems lie within the roots, too.
fn find(workshop: &Workshop, path: &Path) -> Result<Session, Vec<Found>> {
    let path = workshop.roots.existing(path).map_err(|reason| vec![Found::at(String::new(), reason)])?;
    let mut session = Session::load(&path).map_err(of_document)?;
    let outside = |(index, reason)| Found::at(format!("/tracks/{index}/file"), reason);
    workshop.roots.confine(&mut session).map_err(|refused| refused.into_iter().map(outside).collect::<Vec<_>>())?;
    Ok(session)
}

/// Loads a session document as [`find`] does; the error is a text for agents.
pub(super) fn load(workshop: &Workshop, path: &Path) -> Result<Session, String> {
    let mut session = Session::load(&workshop.roots.existing(path)?).map_err(|error| error.to_string())?;
    let lines = |refused: Vec<_>| refused.into_iter().map(|(_, reason)| reason).collect::<Vec<String>>().join("\n");
    workshop.roots.confine(&mut session).map_err(lines)?;
    Ok(session)
}
