//! The engine behind `serve` and `jobs`: that of this machine, or another program's.

use super::jobs::{JobsCommand, worker_settings};
use super::outcome::Failure;
use super::serve::ServeArguments;
use super::{exit, jobs, panic, serve, threads};
use clap::{ArgMatches, FromArgMatches, Subcommand};
use mixdown_shell::engine::{JobEngine, LocalEngine};
use mixdown_shell::settings::Settings;
use mixdown_shell::store::{Store, StoreError};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use thiserror::Error;

/// Maker of the engine that the commands `serve` and `jobs` work with.
pub trait Engines {
    /// Checks the value of `serve --engine`.
    ///
    /// # Errors
    /// [`EngineError::Usage`] for an engine that this program does not have.
    fn check(&self, engine: &str) -> Result<(), EngineError>;

    /// Returns the number of jobs at once where a command states none.
    fn jobs_at_once(&self) -> u16;

    /// Returns the program mixdown, which the service starts for work on files.
    ///
    /// # Errors
    /// When there is none.
    fn program(&self) -> Result<PathBuf, EngineError>;

    /// Opens the engine on the folders of the settings. With `works`, for a process that carries
    /// out jobs.
    ///
    /// # Errors
    /// When a folder cannot be made, or the engine cannot be reached.
    fn open(&self, settings: Settings, works: bool) -> Result<Arc<dyn JobEngine>, EngineError>;
}

/// Reason for which there is no engine.
#[derive(Debug, Error)]
pub enum EngineError {
    /// The arguments do not fit this program.
    #[error("{0}")]
    Usage(String),
    /// The records cannot be reached.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Something else, in its own words.
    #[error("{0}")]
    Other(String),
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Usage(cause) => Self::Usage(cause),
            EngineError::Store(error) => Self::Store(error),
            EngineError::Other(cause) => Self::Other(cause),
        }
    }
}

/// The engine of one machine.
pub(super) struct LocalEngines;

impl Engines for LocalEngines {
    fn check(&self, engine: &str) -> Result<(), EngineError> {
        if engine == "local" {
            return Ok(());
        }
        let cause = if engine.starts_with("temporal://") {
            "this program keeps jobs on one machine; mixdown-temporal serve has the same service over Temporal"
        } else {
            "not a valid engine; write local"
        };
        Err(EngineError::Usage(format!("--engine {engine}: {cause}")))
    }

    fn jobs_at_once(&self) -> u16 {
        1
    }

    fn program(&self) -> Result<PathBuf, EngineError> {
        std::env::current_exe().map_err(|error| EngineError::Other(format!("the program's own file: {error}")))
    }

    fn open(&self, settings: Settings, works: bool) -> Result<Arc<dyn JobEngine>, EngineError> {
        let settings = if works { worker_settings(settings, &self.program()?) } else { settings };
        Ok(Arc::new(LocalEngine::new(Store::open(settings)?)))
    }
}

/// The commands `serve` and `jobs`, for a program with another engine.
#[derive(Debug)]
pub struct EngineCommand(Commands);

#[derive(Debug, Subcommand)]
enum Commands {
    Serve(ServeArguments),
    #[command(subcommand)]
    Jobs(JobsCommand),
}

impl EngineCommand {
    /// Runs the command over an engine; returns the exit code of the program.
    pub fn run(&self, engines: &dyn Engines) -> ExitCode {
        panic::silence_decoders();
        if let Err(failure) = threads::check() {
            return failure.report(false);
        }
        match &self.0 {
            Commands::Serve(serve) => exit(serve.folders.json, serve::run(serve, engines)),
            Commands::Jobs(command) => {
                let (json, result) = jobs::run(command, engines);
                exit(json, result)
            }
        }
    }
}

impl FromArgMatches for EngineCommand {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        Commands::from_arg_matches(matches).map(Self)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        self.0.update_from_arg_matches(matches)
    }
}

impl Subcommand for EngineCommand {
    fn augment_subcommands(command: clap::Command) -> clap::Command {
        Commands::augment_subcommands(command)
    }

    fn augment_subcommands_for_update(command: clap::Command) -> clap::Command {
        Commands::augment_subcommands_for_update(command)
    }

    fn has_subcommand(name: &str) -> bool {
        Commands::has_subcommand(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_engine_is_refused_by_the_name_of_its_program() {
        let refusal = |engine| LocalEngines.check(engine).unwrap_err().to_string();
        assert!(LocalEngines.check("local").is_ok());
        assert!(refusal("temporal://127.0.0.1:7233").contains("mixdown-temporal"));
        assert!(!refusal("Local").contains("mixdown-temporal"));
    }
}
