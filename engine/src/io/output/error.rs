//! Errors of outputs, with messages that name the file, the cause and the remedy.

use std::io;
use std::path::PathBuf;
use thiserror::Error;

/// An output that cannot or may not be written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OutputError {
    /// The folder is a file.
    #[error("{}: is a file, not a folder; name another folder", .0.display())]
    NotAFolder(PathBuf),
    /// The file is a folder.
    #[error("{}: is a folder, so no file can be written there; name another file", .0.display())]
    IsAFolder(PathBuf),
    /// The output is one of the inputs.
    #[error("{}: would replace {}, which is one of the inputs; name another place", path.display(), input.display())]
    IsInput {
        /// The output.
        path: PathBuf,
        /// The same file, as given among the inputs.
        input: PathBuf,
    },
    /// The output is one of the stems, and the master of an earlier render.
    #[error(
        "{}: is the master of an earlier render and one of the stems; leave it out of the stems, or name another folder",
        .0.display()
    )]
    EarlierMaster(PathBuf),
    /// Another program's file exists there.
    #[error("{}: exists and is not {what}; name another place, or replace it with --force", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// Kind of file that mixdown would have written there.
        what: &'static str,
    },
    /// A file that is made to be edited exists there.
    #[error("{}: exists, and {what} may have been edited; name another place, or replace it with --force", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
        /// Kind of file that is written there.
        what: &'static str,
    },
    /// Files that describe the mix that would be replaced.
    #[error(
        "{}: holds {names} of an earlier render, which would not describe the new mix; name another folder, \
         or remove them with --force", folder.display()
    )]
    Outdates {
        /// The folder.
        folder: PathBuf,
        /// The names of the files.
        names: String,
    },
    /// The operating system refused.
    #[error("{}: cannot be written: {source}; {}", path.display(), advice(source))]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The operating system's error.
        source: io::Error,
    },
}

/// Returns the remedy for an error of the operating system.
fn advice(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::PermissionDenied => "change its permissions, or name a folder that you may write to",
        io::ErrorKind::ReadOnlyFilesystem => "name a folder on a disk that can be written to",
        io::ErrorKind::InvalidFilename => "choose a shorter name",
        io::ErrorKind::NotADirectory => "part of the path is a file: name another folder",
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "free space, or name a folder on another disk",
        io::ErrorKind::FileTooLarge => "name a folder on a disk that takes larger files",
        _ => "name another place",
    }
}
