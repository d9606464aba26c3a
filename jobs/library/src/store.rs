//! Rows of songs and stems, within the caller's transaction.

use crate::document::{Marks, MarksDocument, SongDocument};
use crate::facet::Facet;
use crate::vector::Vector;
use crate::{Error, StemRecord, blocks, facet, record, terms, vector, words};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior};
use std::collections::{BTreeMap, HashMap};

/// The row of a song.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SongRow {
    pub(crate) id: i64,
    pub(crate) current_version: u32,
}

/// Returns the row of an audio file.
pub(crate) fn song(connection: &Connection, audio_file_id: &str) -> Result<Option<SongRow>, Error> {
    let sql = "SELECT id, current_version FROM songs WHERE audio_file_id = ?1";
    let mut statement = connection.prepare_cached(sql)?;
    let row = statement.query_row([audio_file_id], |row| Ok(SongRow { id: row.get(0)?, current_version: row.get(1)? }));
    Ok(row.optional()?)
}

/// Returns the rows of a song's stems, with what users set, by the id of the stem.
pub(crate) fn stem_rows(connection: &Connection, song: i64) -> Result<BTreeMap<String, (i64, Marks)>, Error> {
    let sql = "SELECT stem_id, id, tags, favourite, uses FROM stems WHERE song = ?1";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([song])?;
    let mut found = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let tags: String = row.get(2)?;
        let tags = serde_json::from_str(&tags).map_err(|error| Error::Damaged(format!("tags of a stem: {error}")))?;
        let marks = Marks { tags, favourite: row.get(3)?, uses: row.get(4)? };
        found.insert(row.get(0)?, (row.get(1)?, marks));
    }
    Ok(found)
}

/// Returns the document with a song's marks, or `None` where it would hold nothing.
pub(crate) fn marks_document(connection: &Connection, audio_file_id: &str) -> Result<Option<MarksDocument>, Error> {
    let Some(song) = song(connection, audio_file_id)? else { return Ok(None) };
    let mut stems: BTreeMap<String, Marks> =
        stem_rows(connection, song.id)?.into_iter().map(|(id, (_, marks))| (id, marks)).collect();
    stems.retain(|_, marks| *marks != Marks::default());
    let versions = versions(connection, song.id)?;
    let holds_nothing = stems.is_empty() && versions.last() == Some(&song.current_version);
    Ok((!holds_nothing).then(|| MarksDocument::new(audio_file_id, song.current_version, stems)))
}

/// Returns the versions of a song's analyses, in order.
pub(crate) fn versions(connection: &Connection, song: i64) -> Result<Vec<u32>, Error> {
    let mut statement = connection.prepare_cached("SELECT version FROM analyses WHERE song = ?1 ORDER BY version")?;
    let rows = statement.query_map([song], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns the text of a song's document.
pub(crate) fn document_text(connection: &Connection, song: i64, version: u32) -> Result<Option<String>, Error> {
    let mut statement = connection.prepare_cached("SELECT document FROM analyses WHERE song = ?1 AND version = ?2")?;
    Ok(statement.query_row((song, version), |row| row.get(0)).optional()?)
}

/// Returns a song's document.
///
/// # Errors
/// [`Error::Damaged`] if it is missing or not readable.
pub(crate) fn document(connection: &Connection, song: i64, version: u32) -> Result<SongDocument, Error> {
    let text = document_text(connection, song, version)?
        .ok_or_else(|| Error::Damaged(format!("the document of version {version} of song {song} is missing")))?;
    serde_json::from_str(&text).map_err(|error| Error::Damaged(format!("the document of song {song}: {error}")))
}

/// Writes a new song's row, with its version as the current one, and returns the row's number.
pub(crate) fn insert_song(connection: &Connection, document: &SongDocument) -> Result<i64, Error> {
    let sql = "INSERT INTO songs (audio_file_id, content, forced, current_version) VALUES (?1, ?2, ?3, ?4)";
    let version = document.analysis.analysis_version;
    connection.prepare_cached(sql)?.execute((&document.audio_file_id, document.content(), document.forced, version))?;
    Ok(connection.last_insert_rowid())
}

/// Writes the document of one version, in place of one of the same version.
pub(crate) fn put_analysis(connection: &Connection, song: i64, document: &SongDocument) -> Result<(), Error> {
    let sql = "INSERT OR REPLACE INTO analyses (song, version, document) VALUES (?1, ?2, ?3)";
    let text = serde_json::to_string(document).map_err(|error| Error::invalid("song", error.to_string()))?;
    connection.prepare_cached(sql)?.execute((song, document.analysis.analysis_version, text))?;
    Ok(())
}

/// Writes a song's stems from the document of its current version, in place of those before.
///
/// A stem that stays keeps its row.
pub(crate) fn put_stems(
    connection: &Connection,
    song: i64,
    document: &SongDocument,
    marks: &BTreeMap<String, Marks>,
) -> Result<(), Error> {
    let old: HashMap<String, i64> = stem_rows(connection, song)?.into_iter().map(|(id, (row, _))| (id, row)).collect();
    if !old.is_empty() {
        remove_stems(connection, song, &old.values().copied().collect::<Vec<_>>())?;
    }
    let mut written = Vec::with_capacity(document.stems.len());
    let mut insert = connection.prepare_cached(
        "INSERT INTO stems (id, stem_id, song, record, tags, favourite, uses) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    for stem in &document.stems {
        let mut record = StemRecord::new(document, stem);
        let text = serde_json::to_string(&record).map_err(|error| Error::invalid("stem", error.to_string()))?;
        if let Some(marks) = marks.get(&stem.stem_id) {
            record.tags.clone_from(&marks.tags);
            (record.favourite, record.uses) = (marks.favourite, marks.uses);
        }
        let tags = serde_json::json!(record.tags).to_string();
        let row = old.get(&stem.stem_id);
        insert.execute((row, &stem.stem_id, song, text, tags, record.favourite, record.uses))?;
        written.push((connection.last_insert_rowid(), record));
    }
    written.sort_unstable_by_key(|(row, _)| *row);
    index(connection, &written)
}

/// Deletes a song with all its analyses and stems.
pub(crate) fn delete_song(connection: &Connection, song: i64) -> Result<(), Error> {
    let rows: Vec<i64> = stem_rows(connection, song)?.into_values().map(|(row, _)| row).collect();
    remove_stems(connection, song, &rows)?;
    connection.prepare_cached("DELETE FROM analyses WHERE song = ?1")?.execute([song])?;
    connection.prepare_cached("DELETE FROM songs WHERE id = ?1")?.execute([song])?;
    Ok(())
}

/// Deletes all stems of a song, which are these rows.
fn remove_stems(connection: &Connection, song: i64, rows: &[i64]) -> Result<(), Error> {
    unindex(connection, rows)?;
    let mut rows = rows.to_vec();
    rows.sort_unstable();
    let facets: Vec<(i64, [u8; facet::WIDTH])> = rows.iter().map(|row| (*row, [0; facet::WIDTH])).collect();
    blocks::put(connection, "facet_blocks", &facets)?;
    let terms: Vec<(i64, Vec<String>)> = rows.iter().map(|row| (*row, Vec::new())).collect();
    terms::put(connection, &terms)?;
    connection.prepare_cached("DELETE FROM stems WHERE song = ?1")?.execute([song])?;
    Ok(())
}

/// Takes rows out of the index of words and of tags.
fn unindex(connection: &Connection, rows: &[i64]) -> Result<(), Error> {
    for row in rows {
        connection.prepare_cached("DELETE FROM words WHERE rowid = ?1")?.execute([row])?;
        let tags: String =
            connection.prepare_cached("SELECT tags FROM stems WHERE id = ?1")?.query_row([row], |row| row.get(0))?;
        let tags: Vec<String> =
            serde_json::from_str(&tags).map_err(|error| Error::Damaged(format!("tags of a stem: {error}")))?;
        for tag in tags {
            connection.prepare_cached("DELETE FROM tags WHERE tag = ?1 AND stem = ?2")?.execute((tag, row))?;
        }
    }
    Ok(())
}

/// Enters rows, which are in order and not indexed, into all that searches read.
fn index(connection: &Connection, stems: &[(i64, StemRecord)]) -> Result<(), Error> {
    let mut facets = Vec::with_capacity(stems.len());
    let mut vectors: Vec<(i64, [u8; vector::WIDTH])> = Vec::with_capacity(stems.len());
    let mut all_terms = Vec::with_capacity(stems.len());
    for (row, record) in stems {
        facets.push((*row, Facet::new(record).pack()));
        vectors.push((*row, Vector::new(&record.descriptors).pack()));
        let parts = searched(record);
        let sql = "INSERT INTO words (rowid, name, path, tags) VALUES (?1, ?2, ?3, ?4)";
        connection.prepare_cached(sql)?.execute((row, &parts[0], &parts[1], &parts[2]))?;
        for tag in &record.tags {
            let sql = "INSERT OR IGNORE INTO tags (tag, stem) VALUES (?1, ?2)";
            connection.prepare_cached(sql)?.execute((tag, row))?;
        }
        all_terms.push((*row, terms_of(&parts, &record.tags)));
    }
    blocks::put(connection, "facet_blocks", &facets)?;
    blocks::put(connection, "vector_blocks", &vectors)?;
    terms::put(connection, &all_terms)
}

/// Returns the folded texts of a stem that searches find: name, path and tags.
fn searched(record: &StemRecord) -> [String; 3] {
    [&*record.name, &*record.place.searched(), &*record.tags.join(" ")].map(words::folded)
}

/// Returns the terms of a stem: each word, and each tag.
fn terms_of(parts: &[String; 3], tags: &[String]) -> Vec<String> {
    let words = parts.iter().flat_map(|part| part.split(' ')).filter(|word| !word.is_empty());
    words.map(str::to_owned).chain(tags.iter().map(|tag| terms::of_tag(tag))).collect()
}

/// Packs the terms of all stems where no block of them exists: an earlier schema had none.
///
/// # Errors
/// [`Error::Database`], [`Error::Damaged`].
pub(crate) fn pack_terms(connection: &mut Connection) -> Result<(), Error> {
    let sql = "SELECT EXISTS (SELECT 1 FROM stems) AND NOT EXISTS (SELECT 1 FROM term_blocks)";
    let is_missing = |connection: &Connection| connection.query_row(sql, (), |row| row.get::<_, bool>(0));
    if !is_missing(connection)? {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have packed them while this one waited for the lock.
    if is_missing(&transaction)? {
        let mut statement = transaction.prepare("SELECT id FROM stems ORDER BY id")?;
        let rows: Vec<i64> = statement.query_map((), |row| row.get(0))?.collect::<Result<_, _>>()?;
        for some in rows.chunks(1_000) {
            let with_terms = |row: &i64| {
                let record = record(&transaction, *row)?;
                Ok((*row, terms_of(&searched(&record), &record.tags)))
            };
            terms::put(&transaction, &some.iter().map(with_terms).collect::<Result<Vec<_>, Error>>()?)?;
        }
    }
    Ok(transaction.commit()?)
}

/// Replaces what users set of one stem.
pub(crate) fn put_marks(connection: &Connection, row: i64, marks: &Marks) -> Result<(), Error> {
    unindex(connection, &[row])?;
    let tags = serde_json::json!(marks.tags).to_string();
    connection.prepare_cached("UPDATE stems SET tags = ?2, favourite = ?3, uses = ?4 WHERE id = ?1")?.execute((
        row,
        tags,
        marks.favourite,
        marks.uses,
    ))?;
    let record = record(connection, row)?;
    index(connection, &[(row, record)])
}

/// Returns the record of a row.
///
/// # Errors
/// [`Error::Damaged`] if the row does not exist.
pub(crate) fn record(connection: &Connection, row: i64) -> Result<StemRecord, Error> {
    let sql = format!("SELECT {} FROM stems WHERE id = ?1", record::COLUMNS);
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([row])?;
    let missing = || Error::Damaged(format!("the row {row} of a stem is missing"));
    StemRecord::from_row(rows.next()?.ok_or_else(missing)?)
}

/// Returns the row of a stem, and that of its song.
///
/// # Errors
/// [`Error::UnknownStem`].
pub(crate) fn stem(connection: &Connection, stem_id: &str) -> Result<(i64, i64), Error> {
    let mut statement = connection.prepare_cached("SELECT id, song FROM stems WHERE stem_id = ?1")?;
    let row = statement.query_row([stem_id], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    row.ok_or_else(|| Error::UnknownStem(stem_id.to_owned()))
}
