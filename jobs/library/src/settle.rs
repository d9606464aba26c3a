//! The way of changes from the database to sidecar files, and to files that must vanish.
//!
//! A transaction names the files that it changes in the table `unsettled`. After its commit they
//! are brought to what the database holds, and a name leaves the table once its file is flushed.

use crate::document::{marks_file_name, song_file_name};
use crate::{Error, Library, Place, sidecar, store};
use rusqlite::{Connection, TransactionBehavior};
use std::path::Path;

/// Written files that may wait for their flush.
const WAITING: usize = 128;

/// Returns the name of a song's sidecar file below the media folder.
pub(crate) fn song_name(audio_file_id: &str, version: u32) -> String {
    format!("{}/{}", sidecar::FOLDER, song_file_name(audio_file_id, version))
}

/// Returns the name of the file with a song's marks below the media folder.
pub(crate) fn marks_name(audio_file_id: &str) -> String {
    format!("{}/{}", sidecar::FOLDER, marks_file_name(audio_file_id))
}

/// Returns an id of the run of the system: after another start, files may have lost their content.
///
/// Where the system has none, it is empty.
pub(crate) fn boot_id() -> String {
    std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default().trim().to_owned()
}

/// Names files that the transaction changes.
pub(crate) fn mark(connection: &Connection, boot: &str, names: &[String]) -> Result<(), Error> {
    let sql = "INSERT OR REPLACE INTO unsettled (name, is_written, boot, stamp) VALUES (?1, 0, ?2, random())";
    let mut statement = connection.prepare_cached(sql)?;
    for name in names {
        statement.execute((name, boot))?;
    }
    Ok(())
}

/// Brings one file to what the database holds.
fn apply(connection: &Connection, media: &Path, name: &str) -> Result<(), Error> {
    let path = media.join(name);
    let Some(file) = name.strip_prefix(sidecar::FOLDER).and_then(|rest| rest.strip_prefix('/')) else {
        return delete_media(connection, media, name);
    };
    let content = match file.strip_suffix(".marks.json") {
        Some(id) => {
            let document = store::marks_document(connection, id)?;
            document.map(|document| serde_json::json!(document).to_string())
        }
        None => match song_version(file).map(|(id, version)| (store::song(connection, id), version)) {
            Some((song, version)) => match song? {
                Some(song) => store::document_text(connection, song.id, version)?,
                None => None,
            },
            None => None,
        },
    };
    content.map_or_else(|| sidecar::delete(&path), |content| sidecar::replace(&path, content.as_bytes()))
}

/// Returns audio file and version of a sidecar file's name.
pub(crate) fn song_version(file: &str) -> Option<(&str, u32)> {
    let (id, version) = file.strip_suffix(".json")?.rsplit_once(".v")?;
    Some((id, version.parse().ok()?))
}

/// Deletes a file that mixdown wrote below the media folder, unless a stem has it.
fn delete_media(connection: &Connection, media: &Path, name: &str) -> Result<(), Error> {
    let Some((id, _)) = name.split_once('/') else { return Ok(()) };
    if Place::Media(name.to_owned()).check(id).is_err() {
        return Ok(());
    }
    let sql = "SELECT EXISTS (SELECT 1 FROM stems JOIN songs ON stems.song = songs.id
               WHERE songs.audio_file_id = ?1 AND stems.place = ?2)";
    let is_held: bool = connection.query_row(sql, (id, name), |row| row.get(0))?;
    let folder = media.join(id).join("stems");
    // A link may lead the folder elsewhere, to files of somebody else.
    let is_inside = folder.canonicalize().is_ok_and(|real| real == folder);
    if is_held || !is_inside {
        return Ok(());
    }
    sidecar::delete(&media.join(name))?;
    // Folders with other files stay.
    let _ = std::fs::remove_dir(&folder).and_then(|()| std::fs::remove_dir(media.join(id)));
    Ok(())
}

/// Brings files to what the database holds, and notes that they only wait for their flush.
fn apply_names(connection: &Connection, media: &Path, boot: &str, names: &[String]) -> Result<(), Error> {
    for name in names {
        apply(connection, media, name)?;
        let sql = "UPDATE unsettled SET is_written = 1, boot = ?2 WHERE name = ?1";
        connection.prepare_cached(sql)?.execute((name, boot))?;
    }
    Ok(())
}

/// Brings all files up to date that processes have not written yet.
///
/// # Errors
/// [`Error::Io`], [`Error::Database`].
pub(crate) fn apply_late(connection: &Connection, media: &Path, boot: &str) -> Result<(), Error> {
    let mut statement = connection.prepare_cached("SELECT name FROM unsettled WHERE is_written = 0")?;
    let rows = statement.query_map((), |row| row.get(0))?;
    apply_names(connection, media, boot, &rows.collect::<Result<Vec<_>, _>>()?)
}

impl Library {
    /// Makes committed transactions durable, and brings the files that they name up to date.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Database`].
    pub(crate) fn write_out(&mut self, names: &[String]) -> Result<(), Error> {
        // A song that was known may be one that another process has not flushed yet.
        self.connected.flush()?;
        if names.is_empty() {
            return Ok(());
        }
        self.apply_all(names)?;
        self.unflushed += names.len();
        if self.unflushed >= WAITING { self.settle() } else { Ok(()) }
    }

    /// Brings files to what the database holds while no other process writes.
    pub(crate) fn apply_all(&mut self, names: &[String]) -> Result<(), Error> {
        let connection = &mut self.connected.connection;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        apply_names(&transaction, &self.media, &self.boot, names)?;
        transaction.commit()?;
        Ok(())
    }

    /// Writes files again that a process that was killed, or a system that stopped, did not.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Database`].
    pub(crate) fn repair(&mut self) -> Result<(), Error> {
        let sql = "SELECT name FROM unsettled WHERE is_written = 0 OR boot <> ?1 OR boot = ''";
        let names = self.names(sql, [&self.boot])?;
        if names.is_empty() {
            return Ok(());
        }
        self.apply_all(&names)?;
        self.settle()
    }

    /// Flushes all written files that wait for it.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Database`].
    pub(crate) fn settle(&mut self) -> Result<(), Error> {
        let sql = "SELECT name, stamp FROM unsettled WHERE is_written = 1";
        let mut statement = self.connected.connection.prepare_cached(sql)?;
        let rows = statement.query_map((), |row| Ok((row.get(0)?, row.get(1)?)))?;
        let names: Vec<(String, i64)> = rows.collect::<Result<_, _>>()?;
        drop(statement);
        let paths: Vec<_> = names.iter().map(|(name, _)| self.media.join(name)).collect();
        sidecar::flush(&paths)?;
        let connection = &mut self.connected.connection;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for (name, stamp) in &names {
            // Another stamp is a later change, whose file is not flushed yet.
            let sql = "DELETE FROM unsettled WHERE name = ?1 AND stamp = ?2";
            transaction.prepare_cached(sql)?.execute((name, stamp))?;
        }
        transaction.commit()?;
        self.unflushed = 0;
        Ok(())
    }

    /// Returns the texts of a query's first column.
    pub(crate) fn names(&self, sql: &str, parameters: impl rusqlite::Params) -> Result<Vec<String>, Error> {
        let mut statement = self.connected.connection.prepare_cached(sql)?;
        let rows = statement.query_map(parameters, |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
