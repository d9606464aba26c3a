//! `mixdown library scan`, `tag` and `remove`.

use super::folder::LibraryArguments;
use super::output::table;
use crate::cli::outcome::{Failure, print_json, show};
use crate::cli::terminal;
use clap::Args;
use mixdown_library::Patch;
use serde_json::json;

/// Rebuild the database from the sidecar files.
///
/// Files that cannot be used are named with the reason, and stay.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  mixdown library scan --media media --json")]
pub(in crate::cli) struct ScanArguments {
    #[command(flatten)]
    pub(super) library: LibraryArguments,
}

pub(super) fn scan(arguments: &ScanArguments) -> Result<(), Failure> {
    let scanned = arguments.library.open()?.scan()?;
    if arguments.library.folders.json {
        let skipped: Vec<_> =
            scanned.skipped.iter().map(|(path, reason)| json!({ "path": path, "error": reason })).collect();
        return print_json(&json!({ "ok": true, "songs": scanned.songs, "stems": scanned.stems, "skipped": skipped }));
    }
    for (path, reason) in &scanned.skipped {
        terminal::warn(&format!("{}: {reason}", path.display()));
    }
    show(&format!("{} songs, {} stems\n", scanned.songs, scanned.stems))
}

/// Add or remove tags of stems, or mark them as favourites.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mixdown library tag 01890a5d-ac96-774b-bcce-b302099a8057 --add dry --favourite
  mixdown library tag 01890a5d-ac96-774b-bcce-b302099a8057 --remove dry --no-favourite")]
pub(in crate::cli) struct TagArguments {
    /// The stems.
    #[arg(value_name = "ID", required = true)]
    ids: Vec<String>,
    /// A tag to add; repeat it for several.
    #[arg(long, value_name = "TAG")]
    add: Vec<String>,
    /// A tag to remove; repeat it for several.
    #[arg(long, value_name = "TAG")]
    remove: Vec<String>,
    /// Mark the stems as favourites.
    #[arg(long)]
    favourite: bool,
    /// Take that mark away.
    #[arg(long, conflicts_with = "favourite")]
    no_favourite: bool,
    #[command(flatten)]
    pub(super) library: LibraryArguments,
}

pub(super) fn tag(arguments: &TagArguments) -> Result<(), Failure> {
    let mut library = arguments.library.open()?;
    let mut stems = Vec::with_capacity(arguments.ids.len());
    for id in &arguments.ids {
        let mut tags = library.get(id)?.record.tags;
        tags.extend(arguments.add.iter().cloned());
        tags.retain(|tag| !arguments.remove.contains(tag));
        let favourite = (arguments.favourite || arguments.no_favourite).then_some(arguments.favourite);
        stems.push(library.patch(id, &Patch { tags: Some(tags), favourite })?);
    }
    if arguments.library.folders.json {
        print_json(&json!({ "ok": true, "stems": stems }))
    } else {
        show(&table(&stems))
    }
}

/// Remove stems or audio files from the library.
///
/// Stems that mixdown wrote below the media folder are deleted. Files that the library knows by
/// their paths stay.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mixdown library remove 01890a5d-ac96-774b-bcce-b302099a8057
  mixdown library remove --audio-file 01890a5d-ac96-774b-bcce-b302099a8057")]
pub(in crate::cli) struct RemoveArguments {
    /// The stems, or the audio files with --audio-file.
    #[arg(value_name = "ID", required = true)]
    ids: Vec<String>,
    /// Remove audio files with all their stems.
    #[arg(long)]
    audio_file: bool,
    #[command(flatten)]
    pub(super) library: LibraryArguments,
}

pub(super) fn remove(arguments: &RemoveArguments) -> Result<(), Failure> {
    let mut library = arguments.library.open()?;
    let mut removed = Vec::new();
    for id in &arguments.ids {
        if arguments.audio_file {
            removed.extend(library.remove_audio(id)?);
        } else {
            library.remove(id)?;
            removed.push(id.clone());
        }
    }
    if arguments.library.folders.json {
        return print_json(&json!({ "ok": true, "removed": removed }));
    }
    show(&format!("{} stems removed\n", removed.len()))
}
