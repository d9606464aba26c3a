//! Words and tags of stems, packed in blocks: each term of 512 stems with those that have it.
//!
//! A term that all stems have is one entry of a block, so that a search for it reads no texts.

use crate::Error;
use crate::blocks::{self, damaged};
use crate::text::Rows;
use rusqlite::Connection;
use std::collections::BTreeMap;

/// Table of the blocks.
const TABLE: &str = "term_blocks";
/// Stems of a block.
const STEMS: usize = 512;
/// Bytes of the slots of a term that many stems have: one bit for each.
const MASK: usize = STEMS / 8;
/// Bytes of an entry's ends.
const ENDS: usize = 8;

/// A bit for each stem of a block.
type Slots = [u64; STEMS / 64];

/// A term that a stem must have.
pub(crate) enum Term<'a> {
    /// A word that begins with this one.
    Begin(&'a str),
    /// Exactly this tag.
    Tag(&'a str),
}

/// Returns the term of a tag, which no word is: words have no control characters.
pub(crate) fn of_tag(tag: &str) -> String {
    format!("\u{1f}{tag}")
}

/// Replaces the terms of rows, which are in order.
///
/// # Errors
/// [`Error::Database`], or [`Error::Damaged`] for a block that cannot be read.
pub(crate) fn put(connection: &Connection, mut values: &[(i64, Vec<String>)]) -> Result<(), Error> {
    while let Some((first, _)) = values.first() {
        let block = first / STEMS as i64;
        let end = values.partition_point(|(row, _)| row / STEMS as i64 == block);
        let (here, rest) = values.split_at(end);
        let old = blocks::body(connection, TABLE, block)?.unwrap_or_default();
        let mut terms = Block::new(block, &old)?.all()?;
        for (row, _) in here {
            let (word, bit) = place(*row);
            for slots in terms.values_mut() {
                slots[word] &= !bit;
            }
        }
        for (row, new) in here {
            let (word, bit) = place(*row);
            for term in new {
                terms.entry(term.clone().into_bytes()).or_default()[word] |= bit;
            }
        }
        terms.retain(|_, slots| *slots != Slots::default());
        blocks::replace(connection, TABLE, block, &pack(&terms))?;
        values = rest;
    }
    Ok(())
}

/// Returns the rows that have all of these terms.
///
/// # Errors
/// [`Error::Database`], or [`Error::Damaged`] for a block that cannot be read.
pub(crate) fn find(connection: &Connection, terms: &[Term]) -> Result<Rows, Error> {
    let mut found = Rows::default();
    let mut statement = connection.prepare_cached("SELECT id, body FROM term_blocks ORDER BY id")?;
    let mut rows = statement.query(())?;
    while let Some(row) = rows.next()? {
        let id: i64 = row.get(0)?;
        let block = Block::new(id, row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?)?;
        let mut all = [u64::MAX; STEMS / 64];
        for term in terms {
            all.iter_mut().zip(block.find(term)?).for_each(|(all, slots)| *all &= slots);
        }
        found.put(id as usize * all.len(), &all);
    }
    Ok(found)
}

/// Returns word and bit of a row's slot.
fn place(row: i64) -> (usize, u64) {
    let slot = (row % STEMS as i64) as usize;
    (slot / 64, 1 << (slot % 64))
}

/// Returns the bytes of a block.
fn pack(terms: &BTreeMap<Vec<u8>, Slots>) -> Vec<u8> {
    let (mut ends, mut body) = (Vec::with_capacity(terms.len() * ENDS), Vec::new());
    for (term, slots) in terms {
        body.extend_from_slice(term);
        ends.extend_from_slice(&(body.len() as u32).to_le_bytes());
        let count: u32 = slots.iter().map(|word| word.count_ones()).sum();
        if (count as usize) < MASK / 2 {
            let has = |slot: &u16| slots[*slot as usize / 64] >> (slot % 64) & 1 == 1;
            body.extend((0..STEMS as u16).filter(has).flat_map(u16::to_le_bytes));
        } else {
            body.extend(slots.iter().flat_map(|word| word.to_le_bytes()));
        }
        ends.extend_from_slice(&(body.len() as u32).to_le_bytes());
    }
    ends.extend(body);
    let mut bytes = (terms.len() as u32).to_le_bytes().to_vec();
    bytes.extend(ends);
    bytes
}

/// The bytes of a block: the count of its terms, two ends each, and terms with slots in order.
struct Block<'a> {
    id: i64,
    /// End of each term, and of its slots.
    ends: &'a [[u8; ENDS]],
    body: &'a [u8],
}

impl<'a> Block<'a> {
    /// Returns the block of these bytes; none at all are a block without terms.
    ///
    /// # Errors
    /// [`Error::Damaged`].
    fn new(id: i64, bytes: &'a [u8]) -> Result<Self, Error> {
        let Some((count, rest)) = bytes.split_first_chunk::<4>() else { return Ok(Self { id, ends: &[], body: &[] }) };
        let ends = (u32::from_le_bytes(*count) as usize).checked_mul(ENDS);
        let parts = ends.and_then(|ends| rest.split_at_checked(ends));
        let (ends, body) = parts.ok_or_else(|| damaged(TABLE, id))?;
        Ok(Self { id, ends: ends.as_chunks().0, body })
    }

    /// Returns a term and the bytes of its slots.
    fn entry(&self, index: usize) -> Result<(&'a [u8], &'a [u8]), Error> {
        let end = |[.., a, b, c, d]: [u8; ENDS]| u32::from_le_bytes([a, b, c, d]) as usize;
        let [a, b, c, d, ..] = self.ends[index];
        let (start, middle) = (index.checked_sub(1).map_or(0, |before| end(self.ends[before])), [a, b, c, d]);
        let middle = u32::from_le_bytes(middle) as usize;
        let parts = (self.body.get(start..middle), self.body.get(middle..end(self.ends[index])));
        let (Some(term), Some(slots)) = parts else { return Err(damaged(TABLE, self.id)) };
        Ok((term, slots))
    }

    /// Returns the stems of a term.
    fn find(&self, term: &Term) -> Result<Slots, Error> {
        let mut slots = Slots::default();
        let (text, is_whole) = match term {
            Term::Begin(word) => ((*word).to_owned(), false),
            Term::Tag(tag) => (of_tag(tag), true),
        };
        let (mut low, mut high) = (0, self.ends.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            if self.entry(middle)?.0 < text.as_bytes() { low = middle + 1 } else { high = middle }
        }
        for index in low..self.ends.len() {
            let (found, bytes) = self.entry(index)?;
            if !found.starts_with(text.as_bytes()) || is_whole && found.len() > text.len() {
                break;
            }
            self.add(bytes, &mut slots)?;
        }
        Ok(slots)
    }

    /// Adds the stems of a term.
    fn add(&self, bytes: &[u8], slots: &mut Slots) -> Result<(), Error> {
        if bytes.len() == MASK {
            for (word, bytes) in slots.iter_mut().zip(bytes.as_chunks().0) {
                *word |= u64::from_le_bytes(*bytes);
            }
            return Ok(());
        }
        for slot in bytes.as_chunks().0 {
            let slot = usize::from(u16::from_le_bytes(*slot));
            *slots.get_mut(slot / 64).ok_or_else(|| damaged(TABLE, self.id))? |= 1 << (slot % 64);
        }
        Ok(())
    }

    /// Returns all terms with their stems.
    fn all(&self) -> Result<BTreeMap<Vec<u8>, Slots>, Error> {
        let mut all = BTreeMap::new();
        for index in 0..self.ends.len() {
            let (term, bytes) = self.entry(index)?;
            self.add(bytes, all.entry(term.to_vec()).or_default())?;
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE term_blocks (id INTEGER PRIMARY KEY, body BLOB NOT NULL)").unwrap();
        connection
    }

    fn put_all(connection: &Connection, rows: std::ops::Range<i64>, terms: &[&str]) {
        let terms: Vec<String> = terms.iter().map(|term| (*term).to_owned()).collect();
        put(connection, &rows.map(|row| (row, terms.clone())).collect::<Vec<_>>()).unwrap();
    }

    fn rows(connection: &Connection, terms: &[Term]) -> Vec<i64> {
        let found = find(connection, terms).unwrap();
        (0..2_000).filter(|row| found.has(*row)).collect()
    }

    #[test]
    fn few_and_many_stems_are_found_across_blocks_by_begin_and_by_tag() {
        let connection = table();
        put_all(&connection, 1..1_200, &["loop", "kick", &of_tag("dusty")]);
        put_all(&connection, 510..514, &["lounge", &of_tag("dusty break")]);
        assert_eq!(rows(&connection, &[Term::Begin("lo")]).len(), 1_199);
        assert_eq!(rows(&connection, &[Term::Begin("lou")]), [510, 511, 512, 513]);
        assert_eq!(rows(&connection, &[Term::Tag("dusty")]).len(), 1_195);
        assert_eq!(rows(&connection, &[Term::Tag("dusty break"), Term::Begin("l")]), [510, 511, 512, 513]);
        assert!(rows(&connection, &[Term::Tag("dust")]).is_empty());
        assert!(rows(&connection, &[Term::Begin("kick"), Term::Begin("lounge")]).is_empty());
        assert!(rows(&connection, &[Term::Begin("dusty")]).is_empty());
    }

    #[test]
    fn terms_of_a_row_are_replaced() {
        let connection = table();
        put_all(&connection, 3..6, &["old", "kept"]);
        put_all(&connection, 4..5, &["kept"]);
        put_all(&connection, 5..6, &[]);
        assert_eq!(rows(&connection, &[Term::Begin("old")]), [3]);
        assert_eq!(rows(&connection, &[Term::Begin("kept")]), [3, 4]);
    }

    #[test]
    fn what_cannot_be_a_block_is_damage() {
        let connection = table();
        for bytes in [&[9, 0, 0, 0][..], &[1, 0, 0, 0, 9, 0, 0, 0, 9, 0, 0, 0], &[255; 40]] {
            blocks::replace(&connection, TABLE, 0, bytes).unwrap();
            assert!(find(&connection, &[Term::Begin("a")]).is_err_and(|error| error.is_damage()), "{bytes:?}");
            assert!(put(&connection, &[(1, vec!["a".into()])]).unwrap_err().is_damage(), "{bytes:?}");
        }
        // A slot beyond the block.
        blocks::replace(&connection, TABLE, 0, &[1, 0, 0, 0, 1, 0, 0, 0, 3, 0, 0, 0, b'a', 255, 255]).unwrap();
        assert!(find(&connection, &[Term::Begin("a")]).is_err_and(|error| error.is_damage()));
    }
}
