//! The library: opening, and calls within transactions.

use crate::connect::Connected;
use crate::{Error, StemDetail, damage, settle, sidecar, store};
use rusqlite::{Connection, TransactionBehavior};
use std::path::{Path, PathBuf};

/// A library of stems below one media folder.
///
/// Several processes may have the same library open: a call that writes waits for another, and
/// searches never wait.
pub struct Library {
    pub(crate) media: PathBuf,
    pub(crate) database: PathBuf,
    pub(crate) connected: Connected,
    /// The run of the system.
    pub(crate) boot: String,
    /// Sidecar files that this process wrote, and nothing has flushed.
    pub(crate) unflushed: usize,
    set_aside: Option<PathBuf>,
}

impl Library {
    /// Opens the library of a media folder, which is created where absent.
    ///
    /// The database is `library.sqlite` in it, or at the path given. Where it is missing or
    /// damaged, it is derived from the sidecar files; a damaged one is set aside.
    ///
    /// # Errors
    /// [`Error::NewerSchema`] or [`Error::ForeignDatabase`] for a database that must not be
    /// touched; [`Error::Io`], [`Error::Database`].
    pub fn open(media_root: &Path, database: Option<&Path>) -> Result<Self, Error> {
        let folder = media_root.join(sidecar::FOLDER);
        std::fs::create_dir_all(&folder).map_err(|error| Error::io(&folder, error))?;
        let media = media_root.canonicalize().map_err(|error| Error::io(media_root, error))?;
        let database = database.map_or_else(|| media.join("library.sqlite"), Path::to_path_buf);
        let (connected, set_aside) = connect(&media, &database)?;
        let is_new = connected.is_new;
        let boot = settle::boot_id();
        let mut library = Self { media, database, connected, boot, unflushed: 0, set_aside };
        if is_new {
            let parent = library.database.parent().filter(|parent| !parent.as_os_str().is_empty());
            sidecar::flush_folder(parent.unwrap_or(Path::new(".")))?;
        }
        library.guarded(|library| {
            library.repair()?;
            library.fill()
        })?;
        Ok(library)
    }

    /// Returns a new id for an audio file or a stem; ids sort by the time when they were made.
    pub fn new_id() -> String {
        uuid::Uuid::now_v7().to_string()
    }

    /// Returns the media folder.
    pub fn media_root(&self) -> &Path {
        &self.media
    }

    /// Returns the path of the database.
    pub fn database(&self) -> &Path {
        &self.database
    }

    /// Returns the path that a damaged database was moved to while this library was open.
    pub fn set_aside(&self) -> Option<&Path> {
        self.set_aside.as_deref()
    }

    /// Returns a stem with all that is recorded of its song.
    ///
    /// # Errors
    /// [`Error::UnknownStem`], [`Error::Database`].
    pub fn get(&mut self, stem_id: &str) -> Result<StemDetail, Error> {
        self.read(|connection| {
            let (row, song) = store::stem(connection, stem_id)?;
            let record = store::record(connection, row)?;
            let document = store::document(connection, song, record.analysis_version)?;
            Ok(StemDetail::new(record, document))
        })
    }

    /// Runs a call on one state of the database, and again if that turns out to be damaged.
    pub(crate) fn read<T>(&mut self, call: impl Fn(&Connection) -> Result<T, Error>) -> Result<T, Error> {
        self.guarded(|library| {
            let transaction = library.connected.connection.transaction()?;
            let value = call(&transaction)?;
            transaction.commit()?;
            Ok(value)
        })
    }

    /// Runs a call in a transaction; it returns a value, and the names of files that it changes.
    ///
    /// Returns when the change is durable.
    pub(crate) fn write<T>(
        &mut self,
        call: impl Fn(&Connection) -> Result<(T, Vec<String>), Error>,
    ) -> Result<T, Error> {
        let (value, names) = self.commit(&call)?;
        self.write_out(&names)?;
        Ok(value)
    }

    /// Runs a call in a transaction of its own, which is not durable yet.
    pub(crate) fn commit<T>(
        &mut self,
        call: impl Fn(&Connection) -> Result<(T, Vec<String>), Error>,
    ) -> Result<(T, Vec<String>), Error> {
        self.guarded(|library| {
            let connection = &mut library.connected.connection;
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let (value, names) = call(&transaction)?;
            settle::mark(&transaction, &library.boot, &names)?;
            transaction.commit()?;
            Ok((value, names))
        })
    }

    /// Runs a call; if the database turns out to be damaged, derives it anew and runs it again.
    ///
    /// Follows another process that has set the database aside.
    fn guarded<T>(&mut self, call: impl Fn(&mut Self) -> Result<T, Error>) -> Result<T, Error> {
        if !self.connected.is_at(&self.database) {
            self.connected = Connected::closed()?;
            let (connected, set_aside) = connect(&self.media, &self.database)?;
            self.connected = connected;
            self.set_aside = set_aside.or(self.set_aside.take());
            self.fill()?;
        }
        match call(self) {
            Err(error) if error.is_damage() => {
                self.renew()?;
                call(self)
            }
            result => result,
        }
    }

    /// Sets a damaged database aside unless another process has, and derives it anew.
    fn renew(&mut self) -> Result<(), Error> {
        self.connected = Connected::closed()?;
        let (connected, set_aside) = connect_again(&self.media, &self.database)?;
        self.connected = connected;
        self.set_aside = set_aside.or(self.set_aside.take());
        self.scan_sidecars().map(|_| ())
    }

    /// Derives the database from sidecar files if it holds nothing.
    fn fill(&mut self) -> Result<(), Error> {
        let is_empty = "SELECT NOT EXISTS (SELECT 1 FROM songs)";
        let is_empty = |library: &Self| -> Result<bool, Error> {
            Ok(library.connected.connection.query_row(is_empty, (), |row| row.get(0))?)
        };
        if !is_empty(self)? || !self.has_sidecars()? {
            return Ok(());
        }
        let _lock = damage::lock(&self.media.join(sidecar::FOLDER))?;
        // Another process may have filled it while this one waited.
        if is_empty(self)? { self.scan_sidecars().map(|_| ()) } else { Ok(()) }
    }
}

impl Drop for Library {
    fn drop(&mut self) {
        if self.unflushed > 0 {
            // What fails here is done by the next process that opens the library.
            let _ = self.settle();
        }
    }
}

/// Opens a database, setting a damaged one aside.
fn connect(media: &Path, database: &Path) -> Result<(Connected, Option<PathBuf>), Error> {
    match Connected::open(database) {
        Err(error) if error.is_damage() => connect_again(media, database),
        opened => Ok((opened?, None)),
    }
}

/// Opens a database that is damaged, setting it aside, or one that another process has renewed.
fn connect_again(media: &Path, database: &Path) -> Result<(Connected, Option<PathBuf>), Error> {
    let _lock = damage::lock(&media.join(sidecar::FOLDER))?;
    let check = |connected: &Connected| -> Result<String, Error> {
        Ok(connected.connection.query_row("PRAGMA quick_check(1)", (), |row| row.get(0))?)
    };
    let again = Connected::open(database).and_then(|connected| Ok((check(&connected)?, connected)));
    match again {
        Ok((found, connected)) if found == "ok" => return Ok((connected, None)),
        Err(error) if !error.is_damage() => return Err(error),
        _ => {}
    }
    let set_aside = damage::set_aside(database)?;
    Ok((Connected::open(database)?, Some(set_aside)))
}
