//! Damaged databases: set aside, and derived anew.

use crate::Error;
use std::fs::File;
use std::path::{Path, PathBuf};

/// Moves a database and its log aside, and returns the new path of the database.
///
/// Nothing is deleted: `library.sqlite` becomes `library.sqlite.damaged-20260131T120000Z`.
///
/// # Errors
/// [`Error::Io`].
pub(crate) fn set_aside(database: &Path) -> Result<PathBuf, Error> {
    let time = jiff::Timestamp::now().strftime("%Y%m%dT%H%M%SZ").to_string();
    let mut count = 1;
    let target = loop {
        let again = if count > 1 { format!("-{count}") } else { String::new() };
        let target = with_ending(database, &format!(".damaged-{time}{again}"));
        if !target.exists() {
            break target;
        }
        count += 1;
    };
    // The database comes last: what is then at its path has no log of another one.
    for ending in ["-wal", "-shm", ""] {
        let from = with_ending(database, ending);
        match std::fs::rename(&from, with_ending(&target, ending)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(Error::io(&from, error)),
            _ => {}
        }
    }
    Ok(target)
}

/// Returns a path with more at its end.
fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Waits until no other process sets the same database aside; the lock ends with the file.
///
/// # Errors
/// [`Error::Io`].
pub(crate) fn lock(folder: &Path) -> Result<File, Error> {
    let path = folder.join("repair.lock");
    let file = File::create(&path).map_err(|error| Error::io(&path, error))?;
    file.lock().map_err(|error| Error::io(&path, error))?;
    Ok(file)
}
