//! The contract of a tool.

use super::roots::Roots;
use mixdown_shell::store::Store;
use rmcp::handler::server::common::schema_for_input;
use rmcp::model::{Tool, ToolAnnotations};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::any::Any;
use std::ops::ControlFlow;

/// Things that all tools share.
pub(super) struct Workshop {
    pub(super) roots: Roots,
    pub(super) store: Store,
}

/// Receives progress, from 0 to 1, with a phrase; breaks when the client has cancelled.
pub(super) type OnProgress<'a> = &'a (dyn Fn(f64, &str) -> ControlFlow<()> + Sync);

/// A tool.
pub(super) trait McpTool {
    /// Its arguments.
    type Arguments: DeserializeOwned + JsonSchema + Any;

    /// Its name.
    const NAME: &str;
    /// Its purpose, for agents.
    const DESCRIPTION: &str;
    /// True if it writes nothing.
    const READS_ONLY: bool;

    /// Works; blocks. The error is a sentence for agents.
    fn run(workshop: &Workshop, arguments: Self::Arguments, on_progress: OnProgress<'_>) -> Result<Value, String>;
}

/// Work of a tool with arguments in JSON; the error is a sentence for agents.
type RunTool = fn(&Workshop, Map<String, Value>, OnProgress<'_>) -> Result<Value, String>;

/// A tool as the server holds it.
pub(super) struct Entry {
    pub(super) name: &'static str,
    /// Returns its description for clients.
    pub(super) describe: fn() -> Result<Tool, String>,
    /// Works with arguments in JSON.
    pub(super) run: RunTool,
}

impl Entry {
    /// Returns the entry of a tool.
    pub(super) const fn of<T: McpTool>() -> Self {
        Self { name: T::NAME, describe: describe::<T>, run: run::<T> }
    }
}

fn describe<T: McpTool>() -> Result<Tool, String> {
    let annotations = ToolAnnotations::new().read_only(T::READS_ONLY).destructive(false).open_world(false);
    let schema = schema_for_input::<T::Arguments>()?;
    Ok(Tool::new(T::NAME, T::DESCRIPTION, schema).with_annotations(annotations))
}

fn run<T: McpTool>(
    workshop: &Workshop,
    arguments: Map<String, Value>,
    on_progress: OnProgress<'_>,
) -> Result<Value, String> {
    let arguments = serde_json::from_value(Value::Object(arguments)).map_err(|error| format!("arguments: {error}"))?;
    T::run(workshop, arguments, on_progress)
}
