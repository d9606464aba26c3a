//! `mixdown mcp`: the engine as tools for agents.

use super::jobs::FolderArguments;
use super::log;
use super::outcome::Failure;
use clap::Args;
use mixdown_service::{Roots, serve_tools};
use std::path::PathBuf;
use tracing_subscriber::filter::LevelFilter;

/// Offer the engine as tools for agents, by the Model Context Protocol.
///
/// Speaks the protocol on standard input and output until its client leaves. The tools are render,
/// measure, align, check_session and job_status; they touch nothing outside the roots.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mixdown mcp --root ~/Music/songs
  claude mcp add mixdown -- mixdown mcp --root ~/Music/songs")]
pub(super) struct McpArguments {
    /// A folder that the tools may read and write; repeatable. Relative paths begin at the first.
    #[arg(long, value_name = "DIR", required = true)]
    root: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) folders: FolderArguments,
}

pub(super) fn run(arguments: &McpArguments) -> Result<(), Failure> {
    log::start_as(LevelFilter::WARN, false);
    let failed = |error: &dyn std::fmt::Display| Failure::Other(error.to_string());
    let roots = Roots::new(&arguments.root).map_err(|error| failed(&error))?;
    serve_tools(roots, arguments.folders.look()?).map_err(|error| failed(&error))
}
