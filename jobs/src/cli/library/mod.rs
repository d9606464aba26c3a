//! `mixdown library`: the stem library.

mod add;
mod analyse;
mod change;
mod filters;
mod folder;
mod output;
mod search;
mod show;

use super::outcome::Failure;
use clap::Subcommand;
use folder::LibraryArguments;

/// Keep, search and mark stems.
///
/// The library records stems below the media folder and stems elsewhere by their paths. It is
/// rebuilt from its sidecar files whenever its database is missing; docs/library.md describes both.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  mixdown library add drums.wav bass.wav vox.wav --name \"Song 1\"
  mixdown library search --key \"C# major\" --bpm 120..130 --type drums
  mixdown library search --text \"dry room\" --json")]
pub(super) enum LibraryCommand {
    Add(add::AddArguments),
    Scan(change::ScanArguments),
    List(search::ListArguments),
    Search(search::SearchArguments),
    Show(show::ShowArguments),
    Tag(change::TagArguments),
    Stats(show::StatsArguments),
    Remove(change::RemoveArguments),
    Export(show::ExportArguments),
}

impl LibraryCommand {
    /// Returns the arguments that all of them have.
    fn library(&self) -> &LibraryArguments {
        match self {
            Self::Add(arguments) => &arguments.library,
            Self::Scan(arguments) => &arguments.library,
            Self::List(arguments) => &arguments.library,
            Self::Search(arguments) => &arguments.library,
            Self::Show(arguments) => &arguments.library,
            Self::Tag(arguments) => &arguments.library,
            Self::Stats(arguments) => &arguments.library,
            Self::Remove(arguments) => &arguments.library,
            Self::Export(arguments) => &arguments.library,
        }
    }

    /// Returns true if only errors are to be shown.
    pub(super) fn is_quiet(&self) -> bool {
        self.library().folders.quiet
    }
}

/// Runs a command. Returns true if JSON was requested, and the result of the command.
pub(super) fn run(command: &LibraryCommand) -> (bool, Result<(), Failure>) {
    let result = match command {
        LibraryCommand::Add(arguments) => add::run(arguments),
        LibraryCommand::Scan(arguments) => change::scan(arguments),
        LibraryCommand::List(arguments) => search::list(arguments),
        LibraryCommand::Search(arguments) => search::search(arguments),
        LibraryCommand::Show(arguments) => show::run(arguments),
        LibraryCommand::Tag(arguments) => change::tag(arguments),
        LibraryCommand::Stats(arguments) => show::stats(arguments),
        LibraryCommand::Remove(arguments) => change::remove(arguments),
        LibraryCommand::Export(arguments) => show::export(arguments),
    };
    (command.library().folders.json, result)
}
