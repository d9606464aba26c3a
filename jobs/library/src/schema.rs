//! The schema of the database, and its migrations.

use crate::Error;
use rusqlite::{Connection, TransactionBehavior};
use std::path::Path;

/// Marks the database as a stem library, in the header of the file: "mxdL".
const APPLICATION_ID: i64 = 0x6d78_644c;

/// Statements that lead from each schema to the next; schema 0 is an empty database.
pub(crate) const MIGRATIONS: &[&str] = &[
    "
CREATE TABLE songs (
    id INTEGER PRIMARY KEY,
    audio_file_id TEXT NOT NULL UNIQUE,
    content TEXT NOT NULL,
    forced INTEGER NOT NULL,
    current_version INTEGER NOT NULL
);
CREATE INDEX songs_by_content ON songs (content);
CREATE TABLE analyses (
    id INTEGER PRIMARY KEY,
    song INTEGER NOT NULL,
    version INTEGER NOT NULL,
    document TEXT NOT NULL,
    UNIQUE (song, version)
);
CREATE TABLE stems (
    id INTEGER PRIMARY KEY,
    stem_id TEXT NOT NULL UNIQUE,
    song INTEGER NOT NULL,
    record TEXT NOT NULL,
    tags TEXT NOT NULL,
    favourite INTEGER NOT NULL,
    uses INTEGER NOT NULL,
    type TEXT AS (record ->> '$.type') VIRTUAL,
    place TEXT AS (record ->> '$.place') VIRTUAL,
    bpm REAL AS (record ->> '$.bpm') VIRTUAL,
    key TEXT AS (record ->> '$.key') VIRTUAL,
    status TEXT AS (record ->> '$.status') VIRTUAL
);
CREATE INDEX stems_by_song ON stems (song);
CREATE TABLE tags (tag TEXT NOT NULL, stem INTEGER NOT NULL, PRIMARY KEY (tag, stem)) WITHOUT ROWID;
CREATE VIRTUAL TABLE words USING fts5 (
    name, path, tags,
    content = '', contentless_delete = 1, prefix = '2 3', tokenize = 'unicode61 remove_diacritics 0'
);
CREATE VIRTUAL TABLE vocabulary USING fts5vocab (words, instance);
CREATE TABLE facet_blocks (id INTEGER PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE vector_blocks (id INTEGER PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE text_blocks (id INTEGER PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE unsettled (
    name TEXT PRIMARY KEY,
    is_written INTEGER NOT NULL,
    boot TEXT NOT NULL,
    stamp INTEGER NOT NULL
) WITHOUT ROWID;
",
    "
DROP TABLE text_blocks;
CREATE TABLE term_blocks (id INTEGER PRIMARY KEY, body BLOB NOT NULL);
",
];

/// Empties all tables that sidecar files fill.
pub(crate) const EMPTY: &str = "
DELETE FROM songs; DELETE FROM analyses; DELETE FROM stems; DELETE FROM tags;
DELETE FROM facet_blocks; DELETE FROM vector_blocks; DELETE FROM term_blocks;
INSERT INTO words (words) VALUES ('delete-all');
";

/// Returns a number of the database's header.
fn number(connection: &Connection, pragma: &str) -> Result<i64, Error> {
    Ok(connection.query_row(&format!("PRAGMA {pragma}"), (), |row| row.get(0))?)
}

/// Returns whether the database is new; refuses one of a newer schema or of another program.
///
/// # Errors
/// [`Error::NewerSchema`], [`Error::ForeignDatabase`], [`Error::Database`].
pub(crate) fn check(connection: &Connection, path: &Path, migrations: &[&str]) -> Result<bool, Error> {
    let (found, supported) = (number(connection, "user_version")?, migrations.len() as i64);
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", (), |row| row.get(0))?;
    if found == 0 && tables == 0 {
        return Ok(true);
    }
    if number(connection, "application_id")? != APPLICATION_ID {
        return Err(Error::ForeignDatabase { path: path.to_path_buf() });
    }
    if found > supported {
        return Err(Error::NewerSchema { path: path.to_path_buf(), found, supported });
    }
    Ok(false)
}

/// Brings a checked database to the newest schema, one transaction a step.
///
/// # Errors
/// [`Error::Database`].
pub(crate) fn migrate(connection: &mut Connection, migrations: &[&str]) -> Result<(), Error> {
    while number(connection, "user_version")? < migrations.len() as i64 {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Another process may have migrated while this one waited for the lock.
        let version = number(&transaction, "user_version")?;
        if let Some(step) = usize::try_from(version).ok().and_then(|version| migrations.get(version)) {
            transaction.execute_batch(step)?;
            transaction.pragma_update(None, "user_version", version + 1)?;
            transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        }
        transaction.commit()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn migrations_run_once_and_in_order() {
        let path = Path::new("x");
        let steps = ["CREATE TABLE a (x)", "ALTER TABLE a ADD COLUMN y; INSERT INTO a VALUES (1, 2)"];
        let mut connection = Connection::open_in_memory().unwrap();
        assert!(check(&connection, path, &steps).unwrap());
        migrate(&mut connection, &steps[..1]).unwrap();
        assert_eq!(number(&connection, "user_version").unwrap(), 1);
        for _ in 0..2 {
            assert!(!check(&connection, path, &steps).unwrap());
            migrate(&mut connection, &steps).unwrap();
        }
        let sum: i64 = connection.query_row("SELECT sum(x + y) FROM a", (), |row| row.get(0)).unwrap();
        assert_eq!(sum, 3);
    }

    #[test]
    fn a_step_that_fails_leaves_the_schema_before_it() {
        let mut connection = Connection::open_in_memory().unwrap();
        assert!(migrate(&mut connection, &["CREATE TABLE a (x)", "CREATE TABLE b (x); wrong"]).is_err());
        assert_eq!(number(&connection, "user_version").unwrap(), 1);
        let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", (), |row| row.get(0)).unwrap();
        assert_eq!(tables, 1);
    }

    #[test]
    fn newer_and_foreign_databases_are_refused_by_name() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection, MIGRATIONS).unwrap();
        connection.pragma_update(None, "user_version", 99).unwrap();
        let error = check(&connection, Path::new("lib.sqlite"), MIGRATIONS).unwrap_err().to_string();
        assert!(error.contains("lib.sqlite") && error.contains("99"), "{error}");
        let foreign = Connection::open_in_memory().unwrap();
        foreign.execute_batch("CREATE TABLE a (x)").unwrap();
        assert!(matches!(check(&foreign, Path::new("x"), MIGRATIONS), Err(Error::ForeignDatabase { .. })));
    }
}
