//! Failures of the library.

use std::path::{Path, PathBuf};

/// A call of the library that failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A program of a later version wrote the database.
    #[error("{}: schema {found} is newer than {supported}, the newest that this program reads", path.display())]
    NewerSchema {
        /// The database.
        path: PathBuf,
        /// The schema of the database.
        found: i64,
        /// The newest schema that is read.
        supported: i64,
    },
    /// The database belongs to another program.
    #[error("{}: a database, but not a stem library", path.display())]
    ForeignDatabase {
        /// The database.
        path: PathBuf,
    },
    /// The contents of the database contradict each other.
    #[error("the database is damaged: {0}")]
    Damaged(String),
    /// The database refused a statement.
    #[error("the database of the library: {0}")]
    Database(#[from] rusqlite::Error),
    /// A file could not be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The system's error.
        source: std::io::Error,
    },
    /// A value of a song, a stem or a query is outside its range.
    #[error("{field}: {reason}")]
    Invalid {
        /// The field's name.
        field: String,
        /// The rule that it breaks.
        reason: String,
    },
    /// No stem has this id.
    #[error("no stem has the id {0}")]
    UnknownStem(String),
    /// No audio file has this id.
    #[error("no audio file has the id {0}")]
    UnknownAudioFile(String),
    /// The audio file has no analysis of this version.
    #[error("the audio file {audio_file_id} has no analysis of version {version}")]
    UnknownVersion {
        /// The audio file.
        audio_file_id: String,
        /// The missing version.
        version: u32,
    },
    /// The reference of a search has neither descriptors, nor a key, nor a tempo that it needs.
    #[error("the stem {0} has no values to compare others with")]
    NothingToCompare(String),
}

impl Error {
    /// Returns an error about a file.
    pub(crate) fn io(path: &Path, source: std::io::Error) -> Self {
        Self::Io { path: path.to_path_buf(), source }
    }

    /// Returns an error about a value.
    pub(crate) fn invalid(field: &str, reason: impl Into<String>) -> Self {
        Self::Invalid { field: field.to_owned(), reason: reason.into() }
    }

    /// Returns whether the disk has no room for the database.
    pub fn is_disk_full(&self) -> bool {
        // SQLITE_IOERR_WRITE, _FSYNC, _TRUNCATE and _SHMSIZE: files that cannot grow.
        const CANNOT_GROW: [i32; 4] = [778, 1_034, 1_546, 4_874];
        match self {
            Self::Database(rusqlite::Error::SqliteFailure(error, _)) => {
                error.code == rusqlite::ErrorCode::DiskFull || CANNOT_GROW.contains(&error.extended_code)
            }
            Self::Io { source, .. } => source.kind() == std::io::ErrorKind::StorageFull,
            _ => false,
        }
    }

    /// Returns whether the file of the database is not readable as one.
    pub(crate) fn is_damage(&self) -> bool {
        use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
        match self {
            Self::Damaged(_) => true,
            Self::Database(error) => matches!(error.sqlite_error_code(), Some(DatabaseCorrupt | NotADatabase)),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_without_room_is_told_from_other_failures() {
        let failure = |code| Error::Database(rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None));
        // SQLITE_FULL, SQLITE_IOERR_WRITE, SQLITE_IOERR_SHMSIZE.
        assert!([13, 778, 4_874].into_iter().all(|code| failure(code).is_disk_full()));
        // SQLITE_BUSY, SQLITE_CORRUPT, SQLITE_IOERR_READ.
        assert!(![5, 11, 266].into_iter().any(|code| failure(code).is_disk_full()));
        let io = |kind| Error::io(Path::new("x"), std::io::Error::from(kind));
        assert!(io(std::io::ErrorKind::StorageFull).is_disk_full());
        assert!(!io(std::io::ErrorKind::NotFound).is_disk_full());
    }
}
