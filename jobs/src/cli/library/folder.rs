//! The library that a command works on.

use crate::cli::jobs::FolderArguments;
use crate::cli::outcome::Failure;
use crate::cli::terminal;
use clap::Args;
use mixdown_library::Library;
use std::path::PathBuf;

/// Arguments of every command of `mixdown library`.
#[derive(Debug, Args)]
pub(super) struct LibraryArguments {
    /// The database; library.sqlite of the media folder if absent.
    #[arg(long = "library", alias = "database", value_name = "FILE")]
    pub(super) database: Option<PathBuf>,
    #[command(flatten)]
    pub(super) folders: FolderArguments,
}

impl LibraryArguments {
    /// Opens the library of the media folder that applies.
    pub(super) fn open(&self) -> Result<Library, Failure> {
        let media = self.folders.settings()?.media;
        let library = Library::open(&media, self.database.as_deref())?;
        if let Some(path) = library.set_aside() {
            terminal::warn(&format!("the database was damaged: it is now {}, and was built anew", path.display()));
        }
        Ok(library)
    }
}
