//! `align`: the delays between recordings.

use super::super::tool::{McpTool, OnProgress, Workshop};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use std::path::PathBuf;

/// The tool.
pub(in crate::mcp) struct Align;

/// Its arguments.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::mcp) struct Arguments {
    /// The recordings, two or more.
    #[schemars(length(min = 2))]
    files: Vec<PathBuf>,
}

impl McpTool for Align {
    type Arguments = Arguments;

    const NAME: &str = "align";
    const DESCRIPTION: &str = "Compares recordings, and decides by which delay, drift and polarity each is in time with \
        the others; gives confidence and reason per file. Writes nothing.";
    const READS_ONLY: bool = true;

    fn run(workshop: &Workshop, Arguments { files }: Arguments, _: OnProgress<'_>) -> Result<Value, String> {
        if files.len() < 2 {
            return Err("two recordings or more are compared".into());
        }
        let paths = files.iter().map(|file| workshop.roots.existing(file)).collect::<Result<Vec<_>, _>>()?;
        let alignment = mixdown_engine::align(paths).map_err(|error| error.to_string())?;
        let stems = alignment.stems.iter().zip(&files).map(|(stem, file)| {
            let mut stem = serde_json::to_value(stem)?;
            stem["file"] = json!(file);
            // The curve is for pictures.
            if let Some(stem) = stem.as_object_mut() {
                stem.remove("correlation");
            }
            Ok(stem)
        });
        let stems = stems.collect::<Result<Vec<Value>, serde_json::Error>>().map_err(|error| error.to_string())?;
        Ok(json!({ "reference": alignment.reference, "stems": stems }))
    }
}
