//! `mixdown jobs cleanup` and `stats`.

use super::folders::FolderArguments;
use crate::cli::outcome::{Failure, print};
use crate::cli::{interrupt, terminal};
use clap::Args;
use mixdown_shell::cleanup::{CleanupOptions, CleanupStatus, Part, clean_as_job, prometheus, stats_document};
use mixdown_shell::job::SessionId;
use mixdown_shell::settings::parse_duration;
use std::fmt::Write;
use std::time::Duration;

/// Clear up expired jobs and leftovers of crashes.
///
/// Mixes are kept 48 hours when complete and 24 when not, other jobs 30 seconds and 7 days, and at
/// most 50 jobs per session. A mixdown.toml changes these limits. A running job is never deleted.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mixdown jobs cleanup --dry-run
  mixdown jobs cleanup --only expired,history --older-than 7d --json")]
pub(in crate::cli) struct CleanupArguments {
    /// Print what would be deleted, and delete nothing.
    #[arg(long)]
    dry_run: bool,
    /// Only these parts: expired, stale, history, imports, orphans, quarantine.
    #[arg(long, value_name = "PARTS", value_delimiter = ',')]
    only: Vec<Part>,
    /// Only this session.
    #[arg(long, value_name = "ID")]
    session: Option<SessionId>,
    /// Delete ended jobs older than this, whatever the policy: 30s, 5m, 48h, 7d.
    #[arg(long, value_name = "AGE", value_parser = parse_duration)]
    older_than: Option<Duration>,
    /// Refuse when more than this share of all jobs would expire at once, 0 to 1. Without it: half,
    /// and more than 100 jobs.
    #[arg(long, value_name = "SHARE", value_parser = share)]
    max_share: Option<f64>,
    #[command(flatten)]
    pub(super) folders: FolderArguments,
}

fn share(text: &str) -> Result<f64, String> {
    let share: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if (0.0..=1.0).contains(&share) { Ok(share) } else { Err("0 to 1".to_owned()) }
}

pub(super) fn cleanup(arguments: &CleanupArguments) -> Result<(), Failure> {
    interrupt::install();
    let options = CleanupOptions {
        dry_run: arguments.dry_run,
        only: arguments.only.clone(),
        session: arguments.session.clone(),
        older_than: arguments.older_than,
        max_share: arguments.max_share,
    };
    let store = if arguments.dry_run { arguments.folders.look()? } else { arguments.folders.store()? };
    let document = clean_as_job(&store, &options, &mut |_| interrupt::requested())?;
    if arguments.folders.json {
        print(&format!("{:#}\n", document.to_json()))?;
    } else {
        let verb = if arguments.dry_run { "would be deleted" } else { "deleted" };
        print(&format!(
            "{verb}: {} jobs, {} results ({} bytes), {} history lines, {} import lines, {} leftovers\n\
             rescued: {}   set aside: {}\n",
            document.old_jobs_deleted,
            document.results_deleted,
            document.bytes_freed,
            document.history_deleted,
            document.imports_deleted,
            document.orphans_deleted,
            document.cleaned_jobs,
            document.quarantined,
        ))?;
        document.errors.iter().for_each(|error| terminal::fail(&terminal::one_line(error)));
    }
    if document.status == CleanupStatus::Completed { Ok(()) } else { Err(Failure::Reported) }
}

/// Count jobs and what happened to them.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mixdown jobs stats --json
  mixdown jobs stats --prometheus > /var/lib/node_exporter/mixdown.prom")]
pub(in crate::cli) struct StatsArguments {
    /// Print in Prometheus' text format.
    #[arg(long, conflicts_with = "json")]
    prometheus: bool,
    #[command(flatten)]
    pub(super) folders: FolderArguments,
}

pub(super) fn stats(arguments: &StatsArguments) -> Result<(), Failure> {
    let store = arguments.folders.look()?;
    if arguments.prometheus {
        return print(&prometheus(&store)?);
    }
    let document = stats_document(&store)?;
    if arguments.folders.json {
        return print(&format!("{document:#}\n"));
    }
    let mut text = String::new();
    for (kind, states) in document["jobs"].as_object().into_iter().flatten() {
        for (state, count) in states.as_object().into_iter().flatten() {
            let _ = writeln!(text, "{count:>8}  {kind} {state}");
        }
    }
    for name in ["unreadable", "jobs_deleted", "results_deleted", "bytes_freed", "rescues", "quarantined"] {
        let _ = writeln!(text, "{:>8}  {}", document[name], name.replace('_', " "));
    }
    for (kind, mean) in document["mean_completion_s"].as_object().into_iter().flatten() {
        let _ = writeln!(text, "{:>8.1}  seconds from submission to completion, {kind}", mean.as_f64().unwrap_or(0.0));
    }
    for (day, states) in document["deleted_by_day"].as_object().into_iter().flatten() {
        for (state, count) in states.as_object().into_iter().flatten() {
            let _ = writeln!(text, "{count:>8}  {state} deleted on {day}");
        }
    }
    print(&text)
}
