//! `mixdown jobs`: the commands of the job shell.

mod clean;
mod delete;
mod folders;

mod queue;
mod show;
mod submit;
mod watch;

use super::{log, outcome::Failure};
use clap::Subcommand;
pub(super) use folders::FolderArguments;
use tracing_subscriber::filter::LevelFilter;

/// Queue mixes, work the queue, and follow the jobs.
///
/// Jobs are plain JSON files: records below the media folder, results below the storage folder. Any
/// number of workers may run on the same folders; a job whose worker dies is taken up by another.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  mixdown jobs submit drums.wav bass.flac --session-id song-1
  mixdown jobs run --once
  mixdown jobs status 01890a5d-ac96-774b-bcce-b302099a8057")]
pub(super) enum JobsCommand {
    Submit(submit::SubmitArguments),
    Run(queue::RunArguments),
    List(show::ListArguments),
    Status(show::StatusArguments),
    Watch(watch::WatchArguments),
    Cancel(queue::CancelArguments),
    Retry(queue::RetryArguments),
    Delete(delete::DeleteArguments),
    Cleanup(clean::CleanupArguments),
    Stats(clean::StatsArguments),
    /// Renders the one job that is described on standard input.
    #[command(hide = true)]
    RenderChild,
    /// Analyses the one song that is described on standard input.
    #[command(hide = true)]
    AnalyseChild,
    /// Splits the one song that is described on standard input.
    #[command(hide = true)]
    SeparateChild,
    /// Finds the notes of the stems that are described on standard input.
    #[command(hide = true)]
    NotateChild,
}

impl JobsCommand {
    /// Shows lines of the log on standard error. A worker logs the progress of jobs; the other
    /// commands log only warnings and errors.
    fn start_log(&self) {
        match self {
            Self::Run(arguments) if !arguments.folders.json => log::start(LevelFilter::INFO),
            Self::RenderChild | Self::AnalyseChild | Self::SeparateChild | Self::NotateChild => {}
            _ => log::start(LevelFilter::WARN),
        }
    }

    /// Returns true if only errors are to be shown.
    pub(super) fn is_quiet(&self) -> bool {
        self.folders().is_some_and(|folders| folders.quiet)
    }

    /// Returns the folders that it works on; `None` for the child of a worker.
    fn folders(&self) -> Option<&FolderArguments> {
        Some(match self {
            Self::Submit(arguments) => &arguments.folders,
            Self::Run(arguments) => &arguments.folders,
            Self::List(arguments) => &arguments.folders,
            Self::Status(arguments) => &arguments.folders,
            Self::Watch(arguments) => &arguments.folders,
            Self::Cancel(arguments) => &arguments.folders,
            Self::Retry(arguments) => &arguments.folders,
            Self::Delete(arguments) => &arguments.folders,
            Self::Cleanup(arguments) => &arguments.folders,
            Self::Stats(arguments) => &arguments.folders,
            Self::RenderChild | Self::AnalyseChild | Self::SeparateChild | Self::NotateChild => return None,
        })
    }
}

/// Arguments with which this program renders the one job described on its standard input.
const RENDER_CHILD: [&str; 2] = ["jobs", "render-child"];
/// Arguments with which this program analyses the one song described on its standard input.
const ANALYSE_CHILD: [&str; 2] = ["jobs", "analyse-child"];
/// Arguments with which this program splits the one song described on its standard input.
const SEPARATE_CHILD: [&str; 2] = ["jobs", "separate-child"];
/// Arguments with which this program finds the notes of the stems described on its standard input.
const NOTATE_CHILD: [&str; 2] = ["jobs", "notate-child"];

/// Runs a command. Returns true if JSON was requested, and the result of the command.
pub(super) fn run(command: &JobsCommand) -> (bool, Result<(), Failure>) {
    command.start_log();
    match command {
        JobsCommand::Submit(arguments) => (arguments.folders.json, submit::run(arguments)),
        JobsCommand::Run(arguments) => (arguments.folders.json, queue::run(arguments)),
        JobsCommand::List(arguments) => (arguments.folders.json, show::list(arguments)),
        JobsCommand::Status(arguments) => (arguments.folders.json, show::status(arguments)),
        JobsCommand::Watch(arguments) => (arguments.folders.json, watch::run(arguments)),
        JobsCommand::Cancel(arguments) => (arguments.folders.json, queue::cancel(arguments)),
        JobsCommand::Retry(arguments) => (arguments.folders.json, queue::retry(arguments)),
        JobsCommand::Delete(arguments) => (arguments.folders.json, delete::run(arguments)),
        JobsCommand::Cleanup(arguments) => (arguments.folders.json, clean::cleanup(arguments)),
        JobsCommand::Stats(arguments) => (arguments.folders.json, clean::stats(arguments)),
        JobsCommand::RenderChild => (false, child(mixdown_shell::kinds::render_child())),
        JobsCommand::AnalyseChild => (false, child(mixdown_library::analyse_child())),
        JobsCommand::SeparateChild => (false, child(mixdown_library::separate_child())),
        JobsCommand::NotateChild => (false, child(mixdown_library::notate_child())),
    }
}

fn child(done: bool) -> Result<(), Failure> {
    if done { Ok(()) } else { Err(Failure::Reported) }
}
