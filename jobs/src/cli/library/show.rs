//! `mixdown library show`, `stats` and `export`.

use super::folder::LibraryArguments;
use super::output::table;
use crate::cli::outcome::{Failure, print, print_json, show};
use clap::Args;
use mixdown_library::Error;
use serde_json::json;
use std::fmt::{Display, Write};
use std::io::{self, BufWriter};

/// Show all that is recorded of a stem.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  mixdown library show 01890a5d-ac96-774b-bcce-b302099a8057 --json")]
pub(in crate::cli) struct ShowArguments {
    /// The stem.
    #[arg(value_name = "ID")]
    id: String,
    #[command(flatten)]
    pub(super) library: LibraryArguments,
}

pub(super) fn run(arguments: &ShowArguments) -> Result<(), Failure> {
    let detail = arguments.library.open()?.get(&arguments.id)?;
    if arguments.library.folders.json {
        return print_json(&json!({ "ok": true, "stem": detail }));
    }
    let mut text = String::new();
    if let Ok(serde_json::Value::Object(fields)) = serde_json::to_value(&detail) {
        for (name, value) in fields.iter().filter(|(_, value)| !value.is_null()) {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let _ = writeln!(text, "{name:<22} {value}");
        }
    }
    print(&text)
}

/// Show counts of the library: by type, by key, by day, and the stems used most.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  mixdown library stats --json")]
pub(in crate::cli) struct StatsArguments {
    #[command(flatten)]
    pub(super) library: LibraryArguments,
}

pub(super) fn stats(arguments: &StatsArguments) -> Result<(), Failure> {
    let stats = arguments.library.open()?.stats()?;
    if arguments.library.folders.json {
        return print_json(&json!({ "ok": true, "stats": stats }));
    }
    let mut text =
        format!("{} stems of {} audio files, {} favourites\n", stats.stems, stats.audio_files, stats.favourites);
    let mut line = |name: &str, value: &dyn Display, stems: usize| {
        let _ = writeln!(text, "{name:<5} {value:<12} {stems:>8}");
    };
    for one in &stats.by_type {
        line("type", &one.value, one.stems);
    }
    for one in &stats.by_key {
        line("key", &one.value.map_or("–".to_owned(), |key| key.to_string()), one.stems);
    }
    for one in &stats.by_day {
        line("day", &one.value.to_string(), one.stems);
    }
    show(&text)?;
    show(&table(&stats.most_used))
}

/// Write all stems to standard output as JSON lines, one a stem.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  mixdown library export > stems.jsonl")]
pub(in crate::cli) struct ExportArguments {
    #[command(flatten)]
    pub(super) library: LibraryArguments,
}

pub(super) fn export(arguments: &ExportArguments) -> Result<(), Failure> {
    let mut library = arguments.library.open()?;
    match library.export(&mut BufWriter::new(io::stdout().lock())) {
        // A closed pipe is not a failure.
        Err(Error::Io { source, .. }) if source.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => Ok(result.map(|_| ())?),
    }
}
