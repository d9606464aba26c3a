//! Connections to the database.

use crate::{Error, schema, store};
use rusqlite::Connection;
use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The time that a call waits for other processes that write.
const PATIENCE: Duration = Duration::from_secs(60);

/// A connection, and the log that its transactions are durable in.
pub(crate) struct Connected {
    pub(crate) connection: Connection,
    /// The log, open for flushing.
    log: Option<File>,
    log_path: PathBuf,
    /// The file that is open, which a path may cease to lead to.
    file: Option<(u64, u64)>,
    /// True if no table existed before.
    pub(crate) is_new: bool,
}

impl Connected {
    /// Opens the database, and creates or migrates its tables.
    ///
    /// # Errors
    /// [`Error::NewerSchema`], [`Error::ForeignDatabase`], [`Error::Database`].
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let mut connection = Connection::open(path)?;
        connection.busy_timeout(PATIENCE)?;
        let is_new = schema::check(&connection, path, schema::MIGRATIONS)?;
        // Large enough for a block in one page; without effect on a database that exists.
        connection.pragma_update(None, "page_size", 8192)?;
        let mode: String = connection.query_row("PRAGMA journal_mode = WAL", (), |row| row.get(0))?;
        let has_log = mode == "wal";
        // With a log, each call flushes it once by itself: [`flush`](Self::flush).
        connection.pragma_update(None, "synchronous", if has_log { "NORMAL" } else { "FULL" })?;
        connection.pragma_update(None, "wal_autocheckpoint", 2_000)?;
        connection.pragma_update(None, "cache_size", -32_000)?;
        connection.pragma_update(None, "temp_store", "MEMORY")?;
        schema::migrate(&mut connection, schema::MIGRATIONS)?;
        store::pack_terms(&mut connection)?;
        connection.set_prepared_statement_cache_capacity(64);
        let mut log_path = path.as_os_str().to_owned();
        log_path.push("-wal");
        let log_path = PathBuf::from(log_path);
        // The log exists from the first read on, and until the last connection closes.
        connection.query_row("SELECT count(*) FROM songs", (), |row| row.get::<_, i64>(0))?;
        let open = || OpenOptions::new().read(true).write(true).open(&log_path);
        let log = if has_log { Some(open().map_err(|error| Error::io(&log_path, error))?) } else { None };
        Ok(Self { connection, log, log_path, file: identity(path), is_new })
    }

    /// Returns a connection to nothing, which has closed the one it replaces.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub(crate) fn closed() -> Result<Self, Error> {
        let connection = Connection::open_in_memory()?;
        Ok(Self { connection, log: None, log_path: PathBuf::new(), file: None, is_new: false })
    }

    /// Returns true if the path still leads to the open file: another process may set it aside.
    pub(crate) fn is_at(&self, path: &Path) -> bool {
        self.file.is_none() || self.file == identity(path)
    }

    /// Makes all committed transactions durable: one flush, of a file that seldom grows.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub(crate) fn flush(&self) -> Result<(), Error> {
        self.log.as_ref().map_or(Ok(()), File::sync_data).map_err(|error| Error::io(&self.log_path, error))
    }
}

/// Returns device and number of a file, where the system has them.
#[cfg(unix)]
fn identity(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    path.metadata().ok().map(|file| (file.dev(), file.ino()))
}

/// Returns nothing: other systems do not move files that are open.
#[cfg(not(unix))]
fn identity(_path: &Path) -> Option<(u64, u64)> {
    None
}
