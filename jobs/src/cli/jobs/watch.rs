//! `mixdown jobs watch`.

use super::folders::FolderArguments;
use super::show;
use crate::cli::outcome::Failure;
use crate::cli::{interrupt, terminal};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use mixdown_shell::job::{Life, Lookup};
use std::io::{IsTerminal, stderr};
use std::time::Duration;

/// Follow a job to its end.
///
/// Exit code 0 when it completes, 1 when it does not. With --json the status is printed at the end.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  mixdown jobs watch 01890a5d-ac96-774b-bcce-b302099a8057")]
pub(in crate::cli) struct WatchArguments {
    /// The job.
    id: String,
    #[command(flatten)]
    pub(super) folders: FolderArguments,
}

pub(super) fn run(arguments: &WatchArguments) -> Result<(), Failure> {
    interrupt::install();
    let store = arguments.folders.look()?;
    let is_shown = stderr().is_terminal() && !arguments.folders.json && !arguments.folders.quiet;
    let bar = is_shown.then(|| ProgressBar::new(100));
    if let (Some(bar), Ok(style)) =
        (&bar, ProgressStyle::with_template("{msg:<22} {wide_bar} {percent:>3} %  {elapsed}"))
    {
        bar.set_style(style);
    }
    let mut last = String::new();
    let lookup = loop {
        let lookup = store.look_up(&arguments.id);
        let Lookup::Found { record, .. } = &lookup else { break lookup };
        if let Some(bar) = &bar {
            bar.set_message(show::message(record));
            bar.set_position(u64::from(record.progress));
        } else if !arguments.folders.json && last != record.message {
            terminal::print_note(&format!("{} …", show::message(record)));
            last.clone_from(&record.message);
        }
        if record.life.is_ended() || interrupt::requested() {
            break lookup;
        }
        std::thread::sleep(Duration::from_millis(200));
    };
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    show::print_lookup(&lookup, arguments.folders.json)?;
    let complete = matches!(&lookup, Lookup::Found { record, .. } if record.life == Life::Complete);
    if complete { Ok(()) } else { Err(Failure::Reported) }
}
