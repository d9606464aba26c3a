//! The command line.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

/// Orders of mixdown over Temporal.
///
/// Workers do orders, the documents of `mixdown work`, on as many machines as there are workers.
/// The other commands start, show and cancel them; serve and jobs are those of mixdown, with jobs
/// as orders.
#[derive(Debug, Parser)]
#[command(name = "mixdown-temporal", version)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) service: Service,
    /// The program mixdown, for worker, serve and jobs; without it the one beside this program, or
    /// the one on the PATH.
    #[arg(long, global = true, value_name = "PATH")]
    pub(crate) mixdown: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The Temporal service.
#[derive(Debug, Args)]
pub(crate) struct Service {
    /// Address of the service.
    #[arg(long, global = true, value_name = "URL", env = "TEMPORAL_ADDRESS", default_value = "http://127.0.0.1:7233")]
    pub(crate) address: String,
    /// Namespace of the service.
    #[arg(long, global = true, value_name = "NAME", env = "TEMPORAL_NAMESPACE", default_value = "default")]
    pub(crate) namespace: String,
    /// Task queue that workers and commands share.
    #[arg(long, global = true, value_name = "NAME", env = "TEMPORAL_TASK_QUEUE", default_value = "mixdown")]
    pub(crate) task_queue: String,
}

/// A command.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Do orders until SIGTERM or Ctrl-C, which gives running ones back.
    Worker(WorkerArguments),
    /// Start an order.
    Submit(SubmitArguments),
    /// Start a chain: orders one after another, which may use results of earlier ones.
    Chain(SubmitArguments),
    /// Start an order per session of a folder.
    Batch(BatchArguments),
    /// Print the status of an order, of chain/ID, batch/ID or cleanup/ID, as JSON.
    Status(StatusArguments),
    /// Cancel an order, chain/ID or batch/ID.
    Cancel(StatusArguments),
    /// Remove files of abandoned attempts at intervals.
    ScheduleCleanup(CleanupArguments),
    /// Serve the page and the HTTP API of mixdown, with jobs as orders.
    ///
    /// The arguments are those of mixdown serve.
    #[command(disable_help_flag = true)]
    Serve(PassedArguments),
    /// Queue and follow jobs as mixdown jobs does, with jobs as orders.
    ///
    /// The arguments are those of mixdown jobs.
    #[command(disable_help_flag = true)]
    Jobs(PassedArguments),
    /// Carry out the work that is described on standard input, as an order.
    #[command(hide = true)]
    Follow(FollowArguments),
    /// Start a program that stops when this process's parent dies.
    #[command(hide = true)]
    Launch(LaunchArguments),
}

/// Arguments of `worker`.
#[derive(Debug, Args)]
pub(crate) struct WorkerArguments {
    /// Orders at once.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) slots: u16,
}

/// Limits of each order.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct LimitArguments {
    /// Attempts per order, of which each worker that dies spends one.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) attempts: u32,
    /// Longest time of an attempt.
    #[arg(long, value_name = "TIME", default_value = "30m", value_parser = duration)]
    pub(crate) time_limit: Duration,
}

/// Arguments of `submit` and `chain`.
#[derive(Debug, Args)]
pub(crate) struct SubmitArguments {
    /// The document, a JSON file; relative paths in it start at its folder.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) limits: LimitArguments,
    /// Wait for the end; the exit code is 1 unless it is complete.
    #[arg(long)]
    pub(crate) wait: bool,
}

/// Arguments of `batch`.
#[derive(Debug, Args)]
pub(crate) struct BatchArguments {
    /// A folder with sessions or orders, and subfolders with a session.toml or session.json each.
    #[arg(value_name = "FOLDER")]
    pub(crate) folder: PathBuf,
    /// The folder for the results of sessions, one subfolder each.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) out: PathBuf,
    /// Name of the batch, by default that of the folder.
    #[arg(long, value_name = "ID")]
    pub(crate) id: Option<String>,
    /// Orders at once.
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) parallel: u16,
    #[command(flatten)]
    pub(crate) limits: LimitArguments,
    /// Wait for the end; the exit code is 1 unless all orders are complete.
    #[arg(long)]
    pub(crate) wait: bool,
}

/// Arguments of `status` and `cancel`.
#[derive(Debug, Args)]
pub(crate) struct StatusArguments {
    /// An order's id, or chain/ID, batch/ID.
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    /// Wait for the end; the exit code is 1 unless it is complete.
    #[arg(long)]
    pub(crate) wait: bool,
}

/// Arguments of `schedule-cleanup`.
#[derive(Debug, Args)]
pub(crate) struct CleanupArguments {
    /// The folder whose subfolders are the `out` folders of orders.
    #[arg(value_name = "FOLDER")]
    pub(crate) folder: PathBuf,
    /// Time between two runs.
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = duration)]
    pub(crate) every: Duration,
    /// Attempts that nothing wrote to for this long are abandoned.
    #[arg(long, value_name = "TIME", default_value = "24h", value_parser = duration)]
    pub(crate) older_than: Duration,
    /// Remove the schedule instead.
    #[arg(long)]
    pub(crate) remove: bool,
    /// Run once at once, too.
    #[arg(long)]
    pub(crate) now: bool,
}

/// Arguments for mixdown.
#[derive(Debug, Args)]
pub(crate) struct PassedArguments {
    /// Arguments of the same command of mixdown; --help shows them.
    #[arg(value_name = "ARGUMENTS", trailing_var_arg = true, allow_hyphen_values = true)]
    pub(crate) arguments: Vec<OsString>,
}

/// Arguments of the hidden process of a job.
#[derive(Debug, Args)]
pub(crate) struct FollowArguments {
    /// The kind of the work.
    pub(crate) kind: WorkKind,
    /// Longest time of an attempt.
    #[arg(long, value_name = "TIME", default_value = "30m", value_parser = duration)]
    pub(crate) time_limit: Duration,
}

/// Kind of work of a job, which is the kind of its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum WorkKind {
    /// Of a session, or of stems of the library.
    Mix,
    /// Of a song in the library, or of a session.
    Analysis,
    /// Of stems in the library.
    Notation,
    /// Of a song in the library.
    Separation,
}

/// Arguments of the hidden launcher.
#[derive(Debug, Args)]
pub(crate) struct LaunchArguments {
    /// Process id of the parent.
    pub(crate) parent: i32,
    /// The program.
    pub(crate) program: PathBuf,
}

/// Returns a duration: a number with s, m, h or d.
fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("{text:?} is not a valid time; write 90s, 30m, 24h or 7d");
    let unit = match text.chars().last() {
        Some('s') => 1,
        Some('m') => 60,
        Some('h') => 3_600,
        Some('d') => 86_400,
        _ => return Err(wrong()),
    };
    let seconds = text[..text.len() - 1].parse::<u32>().ok().map(|number| u64::from(number) * unit);
    // Ten years: a longer one is a slip of the keyboard.
    seconds.filter(|seconds| (1..=315_360_000).contains(seconds)).map(Duration::from_secs).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        use clap::CommandFactory;
        Arguments::command().debug_assert();
    }

    #[test]
    fn times_have_a_unit() {
        assert_eq!(duration("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("30m"), Ok(Duration::from_mins(30)));
        assert_eq!(duration("7d"), Ok(Duration::from_hours(168)));
        for wrong in ["", "s", "5", "0s", "-1s", "1.5h", "4000d", "9é"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }
}
