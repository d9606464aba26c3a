//! `job_status`: the state of a job.

use super::super::tool::{McpTool, OnProgress, Workshop};
use mixdown_shell::job::status_document;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

/// The tool.
pub(in crate::mcp) struct JobStatus;

/// Its arguments.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::mcp) struct Arguments {
    /// The id of the job, as `mixdown jobs submit` or the HTTP API returned it.
    job_id: String,
}

impl McpTool for JobStatus {
    type Arguments = Arguments;

    const NAME: &str = "job_status";
    const DESCRIPTION: &str =
        "Returns the state of a queued mix: stage, progress in percent, message, and the address of its result.";
    const READS_ONLY: bool = true;

    fn run(workshop: &Workshop, Arguments { job_id }: Arguments, _: OnProgress<'_>) -> Result<Value, String> {
        let mut status = status_document(&workshop.store.look_up(&job_id));
        match status["ok"] {
            Value::Bool(true) => Ok(status["data"].take()),
            _ => Err(format!("{}: {}", status["error"].as_str().unwrap_or_default(), status["message"])),
        }
    }
}
