//! `mixdown-temporal`: orders as activities and workflows of Temporal.
//!
//! A worker starts `mixdown work` per order, as a process of its own: this program contains no
//! audio code. The other commands start, show and cancel workflows, and then end. `serve` and
//! `jobs` are the commands of mixdown, which starts this program again for each job.

mod activities;
mod arguments;
mod batch_folder;
mod cause;
mod cleanup;
mod client;
mod commands;
mod job;
mod launcher;
mod order;
mod process;
mod progress;
mod references;
mod shared;
mod worker;
mod workflows;

use arguments::{Arguments, Command};
use clap::Parser;
use std::process::ExitCode;

/// A command that failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// A file or argument that cannot be used.
    #[error("{0}")]
    Refused(String),
    /// The Temporal service, or the way to it.
    #[error("Temporal: {0}")]
    Service(String),
    /// An order, chain or batch that did not complete; its status is printed already.
    #[error("not complete")]
    NotComplete,
}

impl Failure {
    /// Returns a failure of the service.
    pub(crate) fn service(error: impl std::fmt::Display) -> Self {
        Self::Service(error.to_string())
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if let Command::Launch(launch) = &arguments.command {
        return launcher::run(launch);
    }
    let passed = match &arguments.command {
        Command::Serve(passed) => Some(("serve", passed)),
        Command::Jobs(passed) => Some(("jobs", passed)),
        _ => None,
    };
    if let Some((command, passed)) = passed {
        return shared::run(&arguments.service, arguments.mixdown.as_deref(), command, passed).unwrap_or_else(
            |failure| {
                eprintln!("mixdown-temporal: {failure}");
                ExitCode::FAILURE
            },
        );
    }
    // The worker alone has work for several threads; a service starts the others by the dozen.
    let mut builder = match &arguments.command {
        Command::Worker(_) => tokio::runtime::Builder::new_multi_thread(),
        _ => tokio::runtime::Builder::new_current_thread(),
    };
    let runtime = match builder.enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("mixdown-temporal: {error}");
            return ExitCode::FAILURE;
        }
    };
    let outcome = runtime.block_on(run(&arguments));
    // Waits for no thread that reads, as a process may hold its end open.
    runtime.shutdown_background();
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::NotComplete) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("mixdown-temporal: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// Runs a command of a client, or the worker.
async fn run(arguments: &Arguments) -> Result<(), Failure> {
    let service = &arguments.service;
    match &arguments.command {
        Command::Worker(worker) => worker::run(service, arguments.mixdown.as_deref(), worker).await,
        Command::Submit(submit) => commands::submit::order(service, submit).await,
        Command::Chain(chain) => commands::submit::chain(service, chain).await,
        Command::Batch(batch) => commands::submit::batch(service, batch).await,
        Command::Status(status) => commands::status::show(service, status).await,
        Command::Cancel(cancel) => commands::status::cancel(service, cancel).await,
        Command::ScheduleCleanup(cleanup) => commands::schedule::cleanup(service, cleanup).await,
        Command::Follow(work) => job::run(service, work).await,
        // Handled before the runtime starts.
        Command::Launch(_) | Command::Serve(_) | Command::Jobs(_) => Ok(()),
    }
}
