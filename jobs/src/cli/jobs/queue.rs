//! `mixdown jobs run`, `cancel` and `retry`.

use super::folders::FolderArguments;
use crate::cli::outcome::{Failure, print};
use crate::cli::{interrupt, terminal};
use clap::Args;
use mixdown_shell::engine::Duty;
use mixdown_shell::job::{JobId, Life, Record};
use mixdown_shell::worker::Event;
use serde_json::json;
use std::sync::{Arc, Mutex};

/// Work the queue.
///
/// Each job runs in a process of its own. SIGTERM and Ctrl-C stop gracefully: running jobs
/// return to the queue, without counting as an attempt. Leftovers are repaired at the start;
/// cleanup runs every 30 minutes.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mixdown jobs run
  mixdown jobs run --once --concurrency 2 --json")]
pub(in crate::cli) struct RunArguments {
    /// End once the queue is empty.
    #[arg(long)]
    once: bool,
    /// Jobs at once, 1 without it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    concurrency: Option<u16>,
    #[command(flatten)]
    pub(super) folders: FolderArguments,
}

pub(super) fn run(arguments: &RunArguments) -> Result<(), Failure> {
    interrupt::install();
    let engine = arguments.folders.working_engine()?;
    let concurrency = arguments.concurrency.map_or_else(|| engine.at_once(), usize::from);
    let duty = Duty { concurrency, once: arguments.once, stop: Arc::new(interrupt::requested) };
    let left: Mutex<Vec<Record>> = Mutex::new(Vec::new());
    let stuck = engine.work(duty, &|event| match event {
        Event::Left(record) => {
            // The log has named it.
            if arguments.folders.json
                && arguments.once
                && let Ok(mut left) = left.lock()
            {
                left.push(*record);
            }
        }
        Event::Repaired(repaired) => {
            if repaired.quarantined > 0 {
                terminal::print_note(&format!(
                    "{} damaged records were set aside in jobs/.quarantine",
                    repaired.quarantined
                ));
            }
            if repaired.newer > 0 {
                terminal::print_note(&format!(
                    "{} records of a newer version of mixdown were left alone",
                    repaired.newer
                ));
            }
            repaired.errors.iter().for_each(|error| terminal::fail(&terminal::one_line(&error.to_string())));
        }
        // The log has named it, with its problems.
        Event::Cleaned(_) => {}
        Event::Failed(error) => terminal::fail(&terminal::one_line(&error.to_string())),
    });
    if let Some(error) = stuck {
        return Err(error.into());
    }
    if arguments.folders.json {
        let jobs = left.into_inner().unwrap_or_default();
        let failed = jobs.iter().filter(|job| job.life == Life::Error).count();
        let jobs: Vec<_> = jobs.iter().map(brief).collect();
        return print(&format!("{:#}\n", json!({ "ok": true, "failed": failed, "jobs": jobs })));
    }
    Ok(())
}

/// Returns a job as JSON, without the fields of its type.
pub(super) fn brief(record: &Record) -> serde_json::Value {
    let mut value = serde_json::to_value(record).unwrap_or_default();
    if let Some(fields) = value.as_object_mut() {
        fields.remove("extra");
    }
    value
}

/// Cancel a job.
///
/// A job that waits is cancelled at once, one that runs at its next chunk.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  mixdown jobs cancel 01890a5d-ac96-774b-bcce-b302099a8057")]
pub(in crate::cli) struct CancelArguments {
    /// The job.
    id: JobId,
    #[command(flatten)]
    pub(super) folders: FolderArguments,
}

pub(super) fn cancel(arguments: &CancelArguments) -> Result<(), Failure> {
    let record = arguments.folders.engine()?.cancel(&arguments.id)?;
    let words = if record.life == Life::Cancelled { "cancelled" } else { "will stop at its next chunk" };
    print_record(&arguments.folders, &record, words)
}

/// Queue a failed or cancelled job again.
///
/// The same job gets another attempt, and one more than it was allowed if it had them all.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  mixdown jobs retry 01890a5d-ac96-774b-bcce-b302099a8057")]
pub(in crate::cli) struct RetryArguments {
    /// The job.
    id: JobId,
    #[command(flatten)]
    pub(super) folders: FolderArguments,
}

pub(super) fn retry(arguments: &RetryArguments) -> Result<(), Failure> {
    let record = arguments.folders.engine()?.retry(&arguments.id)?;
    print_record(&arguments.folders, &record, "queued again")
}

fn print_record(folders: &FolderArguments, record: &Record, words: &str) -> Result<(), Failure> {
    if folders.json {
        print(&format!("{:#}\n", json!({ "ok": true, "job_id": record.job_id, "job": record })))
    } else {
        print(&format!("{} {words}\n", record.job_id))
    }
}
