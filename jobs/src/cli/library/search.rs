//! `mixdown library list` and `search`.

use super::filters::{FilterArguments, PageArguments};
use super::folder::LibraryArguments;
use super::output::table;
use crate::cli::outcome::{Failure, print_json, show};
use crate::cli::terminal;
use clap::Args;
use mixdown_library::Query;
use serde_json::json;

/// List the stems of the library, the newest first.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mixdown library list --limit 10
  mixdown library list --sort bpm --json")]
pub(in crate::cli) struct ListArguments {
    #[command(flatten)]
    page: PageArguments,
    #[command(flatten)]
    pub(super) library: LibraryArguments,
}

/// Search the library for stems.
///
/// Exit code 0 also when no stem matches.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mixdown library search --key \"C# major\" --bpm 120..130 --type drums
  mixdown library search --text \"dry room\" --favourite
  mixdown library search --compatible-with 01890a5d-ac96-774b-bcce-b302099a8057 --type bass
  mixdown library search --similar-to 01890a5d-ac96-774b-bcce-b302099a8057 --limit 5 --json")]
pub(in crate::cli) struct SearchArguments {
    #[command(flatten)]
    filters: FilterArguments,
    #[command(flatten)]
    page: PageArguments,
    #[command(flatten)]
    pub(super) library: LibraryArguments,
}

pub(super) fn list(arguments: &ListArguments) -> Result<(), Failure> {
    run(&arguments.library, &arguments.page.query())
}

pub(super) fn search(arguments: &SearchArguments) -> Result<(), Failure> {
    run(&arguments.library, &arguments.filters.filter(arguments.page.query()))
}

/// Prints a page of a search's results.
fn run(library: &LibraryArguments, query: &Query) -> Result<(), Failure> {
    let page = library.open()?.search(query)?;
    if library.folders.json {
        return print_json(&json!({ "ok": true, "total": page.total, "stems": page.stems, "next": page.next }));
    }
    if page.total == 0 {
        terminal::print_note("no stem matches");
        return Ok(());
    }
    show(&table(&page.stems))?;
    if page.stems.len() < page.total {
        terminal::print_note(&format!("{} of {} stems", page.stems.len(), page.total));
    }
    Ok(())
}
