//! Sets of stems that have words or tags.

use crate::terms::{self, Term};
use crate::{Error, words};
use rusqlite::{Connection, params_from_iter};

/// Entries of the index of words up to which it is faster than packed terms.
const RARE: i64 = 500;

/// A set of rows.
#[derive(Default)]
pub(crate) struct Rows(Vec<u64>);

impl Rows {
    /// Returns whether a row is in the set.
    pub(crate) fn has(&self, row: i64) -> bool {
        self.0.get(row as usize / 64).is_some_and(|bits| bits >> (row % 64) & 1 == 1)
    }

    /// Adds a row.
    fn insert(&mut self, row: i64) {
        let word = row as usize / 64;
        if word >= self.0.len() {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << (row % 64);
    }

    /// Sets the rows of consecutive words, 64 rows each.
    pub(crate) fn put(&mut self, word: usize, bits: &[u64]) {
        if self.0.len() < word + bits.len() {
            self.0.resize(word + bits.len(), 0);
        }
        self.0[word..word + bits.len()].copy_from_slice(bits);
    }

    /// Takes out what another set does not have.
    pub(crate) fn keep(&mut self, other: &Self) {
        self.0.truncate(other.0.len());
        self.0.iter_mut().zip(&other.0).for_each(|(bits, other)| *bits &= other);
    }

    /// Returns the rows that a statement finds.
    pub(crate) fn query(connection: &Connection, sql: &str, parameters: &[&str]) -> Result<Self, Error> {
        let mut rows = Self::default();
        let mut statement = connection.prepare_cached(sql)?;
        let mut found = statement.query(params_from_iter(parameters))?;
        while let Some(row) = found.next()? {
            rows.insert(row.get(0)?);
        }
        Ok(rows)
    }
}

/// Returns the rows whose name, path and tags have words that begin with each of a text's words.
///
/// A text without words finds nothing.
///
/// # Errors
/// [`Error::Database`], [`Error::Damaged`].
pub(crate) fn with_words(connection: &Connection, text: &str) -> Result<Rows, Error> {
    let words = words::words(text);
    let (mut rare, mut common) = (Vec::new(), Vec::new());
    for word in &words {
        let is_rare = count_up_to(connection, word, RARE)? < RARE;
        if is_rare { rare.push(format!("\"{word}\"*")) } else { common.push(Term::Begin(word)) }
    }
    let mut sets = Vec::new();
    if !rare.is_empty() {
        sets.push(Rows::query(connection, "SELECT rowid FROM words WHERE words MATCH ?1", &[&rare.join(" ")])?);
    }
    if !common.is_empty() {
        sets.push(terms::find(connection, &common)?);
    }
    let mut sets = sets.into_iter();
    let mut all = sets.next().unwrap_or_default();
    sets.for_each(|set| all.keep(&set));
    Ok(all)
}

/// Returns the rows that have a tag.
///
/// # Errors
/// [`Error::Database`], [`Error::Damaged`].
pub(crate) fn with_tag(connection: &Connection, tag: &str) -> Result<Rows, Error> {
    let sql = "SELECT count(*) FROM (SELECT 1 FROM tags WHERE tag = ?1 LIMIT ?2)";
    let count: i64 = connection.prepare_cached(sql)?.query_row((tag, RARE), |row| row.get(0))?;
    if count < RARE {
        Rows::query(connection, "SELECT stem FROM tags WHERE tag = ?1", &[tag])
    } else {
        terms::find(connection, &[Term::Tag(tag)])
    }
}

/// Returns how often words begin with this one, at most `most`.
///
/// The index lists all hits of all these words before it finds the first, so that they are counted
/// before.
fn count_up_to(connection: &Connection, word: &str, most: i64) -> Result<i64, Error> {
    let sql = "SELECT count(*) FROM (SELECT 1 FROM vocabulary WHERE term >= ?1 AND term < ?2 LIMIT ?3)";
    // No word has a letter beyond the last one.
    let end = format!("{word}\u{10ffff}");
    Ok(connection.prepare_cached(sql)?.query_row((word, end, most), |row| row.get(0))?)
}
