//! Deriving the whole database from sidecar files.

use crate::document::{MarksDocument, SongDocument};
use crate::{Error, Library, settle, sidecar, store};
use rusqlite::{Connection, ErrorCode, TransactionBehavior};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The result of a scan.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scanned {
    /// Songs that were read.
    pub songs: usize,
    /// Stems of them.
    pub stems: usize,
    /// Sidecar files that could not be used, with the reason; they stay as they are.
    pub skipped: Vec<(PathBuf, String)>,
}

/// The sidecar files of one song.
#[derive(Default)]
struct Files {
    versions: Vec<SongDocument>,
    marks: Option<MarksDocument>,
}

impl Library {
    /// Derives the whole database from the sidecar files, in one transaction.
    ///
    /// Searches find the old content until it ends.
    ///
    /// # Errors
    /// [`Error::Io`] if the folder cannot be read; [`Error::Database`].
    pub fn scan(&mut self) -> Result<Scanned, Error> {
        // Opens the database anew if it turns out to be damaged.
        self.read(|connection| Ok(connection.query_row("SELECT count(*) FROM songs", (), |_| Ok(()))?))?;
        self.scan_sidecars()
    }

    /// Derives the database within one transaction.
    pub(crate) fn scan_sidecars(&mut self) -> Result<Scanned, Error> {
        let folder = self.media.join(sidecar::FOLDER);
        let connection = &mut self.connected.connection;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // A file that another process has not written yet would be missed.
        settle::apply_late(&transaction, &self.media, &self.boot)?;
        delete_parts(&folder)?;
        transaction.execute_batch(crate::schema::EMPTY)?;
        let mut scanned = Scanned::default();
        let names = names(&folder)?;
        for group in names.chunk_by(|first, second| owner(first) == owner(second)) {
            let files = read(&folder, group, &mut scanned.skipped);
            transaction.execute_batch("SAVEPOINT song")?;
            match enter(&transaction, &files) {
                Ok(stems) => {
                    scanned.songs += usize::from(stems > 0);
                    scanned.stems += stems;
                }
                Err(Error::Database(error)) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
                    transaction.execute_batch("ROLLBACK TO song")?;
                    scanned.skipped.push((folder.join(&group[0]), "another song has the same id or stems".into()));
                }
                Err(error) => return Err(error),
            }
            transaction.execute_batch("RELEASE song")?;
        }
        transaction.commit()?;
        self.connected.flush()?;
        Ok(scanned)
    }

    /// Returns whether the folder holds a sidecar file.
    pub(crate) fn has_sidecars(&self) -> Result<bool, Error> {
        Ok(!names(&self.media.join(sidecar::FOLDER))?.is_empty())
    }
}

/// Deletes parts of files that killed processes left, while no other process writes.
fn delete_parts(folder: &Path) -> Result<(), Error> {
    for entry in fs::read_dir(folder).map_err(|error| Error::io(folder, error))?.flatten() {
        if entry.path().extension().is_some_and(|ending| ending == "tmp") {
            sidecar::delete(&entry.path())?;
        }
    }
    Ok(())
}

/// Returns the names of the sidecar files in order.
fn names(folder: &Path) -> Result<Vec<String>, Error> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| Error::io(folder, error))? {
        let name = entry.map_err(|error| Error::io(folder, error))?.file_name();
        let Some(name) = name.to_str() else { continue };
        if Path::new(name).extension().is_some_and(|ending| ending == "json") {
            names.push(name.to_owned());
        }
    }
    names.sort_unstable();
    Ok(names)
}

/// Returns the audio file of a sidecar file: its name without version and ending.
fn owner(name: &str) -> &str {
    name.split('.').next().unwrap_or(name)
}

/// Reads the sidecar files of one song.
fn read(folder: &Path, names: &[String], skipped: &mut Vec<(PathBuf, String)>) -> Files {
    let mut files = Files::default();
    for name in names {
        let path = folder.join(name);
        if let Err(reason) = read_one(&path, name, &mut files) {
            skipped.push((path, reason));
        }
    }
    files
}

/// Reads one sidecar file, whose name must agree with its content.
fn read_one(path: &Path, name: &str, files: &mut Files) -> Result<(), String> {
    let text = fs::read(path).map_err(|error| error.to_string())?;
    if name.ends_with(".marks.json") {
        let marks: MarksDocument = serde_json::from_slice(&text).map_err(|error| error.to_string())?;
        marks.check().map_err(|error| error.to_string())?;
        files.marks = Some(marks);
        return Ok(());
    }
    let document: SongDocument = serde_json::from_slice(&text).map_err(|error| error.to_string())?;
    document.check().map_err(|error| error.to_string())?;
    if document.file_name() != name {
        return Err(format!("its content belongs to {}", document.file_name()));
    }
    files.versions.push(document);
    Ok(())
}

/// Enters a song into the database, and returns the number of its stems.
fn enter(connection: &Connection, files: &Files) -> Result<usize, Error> {
    let wanted = files.marks.as_ref().map(|marks| marks.current_version);
    let has_version = |document: &&SongDocument| Some(document.analysis.analysis_version) == wanted;
    let newest = || files.versions.iter().max_by_key(|document| document.analysis.analysis_version);
    let Some(current) = files.versions.iter().find(has_version).or_else(newest) else { return Ok(0) };
    let song = store::insert_song(connection, current)?;
    for document in &files.versions {
        store::put_analysis(connection, song, document)?;
    }
    let none = BTreeMap::new();
    store::put_stems(connection, song, current, files.marks.as_ref().map_or(&none, |marks| &marks.stems))?;
    Ok(current.stems.len())
}
