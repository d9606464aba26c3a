//! `check_session`: the problems of a session document.

use super::super::tool::{McpTool, OnProgress, Workshop};
use mixdown_engine::render::Plan;
use mixdown_engine::session::Session;
use schemars::JsonSchema;
use serde::Deserialize;
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
        let found = load(workshop, &session).and_then(|session| Plan::new(session).map_err(|error| error.to_string()));
        Ok(match found {
            Ok(plan) => json!({
                "valid": true,
                "problems": [],
                "warnings": plan.warnings(),
                "sample_rate_hz": plan.sample_rate().hz(),
                "duration_s": plan.expected_frames().map(|frames| plan.sample_rate().seconds(frames)),
                "tracks": plan.session().tracks.iter().map(|track| track.title().into_owned()).collect::<Vec<_>>(),
            }),
            Err(problems) => json!({ "valid": false, "problems": problems.lines().collect::<Vec<_>>() }),
        })
    }
}

/// Loads a session document; its stems lie within the roots, too.
pub(super) fn load(workshop: &Workshop, path: &Path) -> Result<Session, String> {
    let mut session = Session::load(&workshop.roots.existing(path)?).map_err(|error| error.to_string())?;
    workshop.roots.confine(&mut session)?;
    Ok(session)
}
