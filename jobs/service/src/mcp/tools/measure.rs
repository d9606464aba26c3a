//! `measure`: the loudness of a file.

use super::super::tool::{McpTool, OnProgress, Workshop};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use std::path::PathBuf;

/// The tool.
pub(in crate::mcp) struct Measure;

/// Its arguments.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::mcp) struct Arguments {
    /// The audio file.
    file: PathBuf,
}

impl McpTool for Measure {
    type Arguments = Arguments;

    const NAME: &str = "measure";
    const DESCRIPTION: &str = "Measures an audio file: integrated loudness (LUFS), loudness range, true peak (dBTP), \
        levels, correlation, clipped samples.";
    const READS_ONLY: bool = true;

    fn run(workshop: &Workshop, Arguments { file }: Arguments, _: OnProgress<'_>) -> Result<Value, String> {
        let measured = mixdown_engine::measure(workshop.roots.existing(&file)?).map_err(|error| error.to_string())?;
        serde_json::to_value(measured.rounded()).map_err(|error| error.to_string())
    }
}
