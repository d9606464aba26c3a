//! Columns of stems, packed in blocks: a row holds the values of 128 stems.
//!
//! A pass over blocks reads a few large rows, where a pass over the stems' own rows would decode
//! 100 000 small ones.

use crate::Error;
use rusqlite::{Connection, OptionalExtension};

/// Stems of a block.
pub(crate) const STEMS: usize = 128;
/// Bytes before the texts of a block: the end of each.
const ENDS: usize = STEMS * 4;

/// Returns block and slot of a stem's row.
pub(crate) fn place(row: i64) -> (i64, usize) {
    (row / STEMS as i64, (row % STEMS as i64) as usize)
}

/// Returns the damage of a block with a wrong length.
fn wrong_length(table: &str, block: i64) -> Error {
    Error::Damaged(format!("block {block} of {table} has a wrong length"))
}

/// Returns the bytes of a block, or `None` where no stem has a value in it.
fn body(connection: &Connection, table: &str, block: i64) -> Result<Option<Vec<u8>>, Error> {
    let mut statement = connection.prepare_cached(&format!("SELECT body FROM {table} WHERE id = ?1"))?;
    Ok(statement.query_row([block], |row| row.get(0)).optional()?)
}

/// Replaces the bytes of a block.
fn replace(connection: &Connection, table: &str, block: i64, body: &[u8]) -> Result<(), Error> {
    let mut statement =
        connection.prepare_cached(&format!("INSERT OR REPLACE INTO {table} (id, body) VALUES (?1, ?2)"))?;
    statement.execute((block, body))?;
    Ok(())
}

/// Rows with their values.
type Rows<'a, T> = &'a [(i64, T)];

/// Returns the values of rows that share the block of the first, and the rest.
fn first_block<T>(values: &[(i64, T)]) -> Option<(i64, Rows<'_, T>, Rows<'_, T>)> {
    let block = place(values.first()?.0).0;
    let end = values.iter().position(|(row, _)| place(*row).0 != block).unwrap_or(values.len());
    Some((block, &values[..end], &values[end..]))
}

/// Writes values of one width at the slots of their rows.
///
/// # Errors
/// [`Error::Database`], or [`Error::Damaged`] for a block of wrong length.
pub(crate) fn put<const WIDTH: usize>(
    connection: &Connection,
    table: &str,
    mut values: &[(i64, [u8; WIDTH])],
) -> Result<(), Error> {
    while let Some((block, here, rest)) = first_block(values) {
        let mut bytes = body(connection, table, block)?.unwrap_or_else(|| vec![0; STEMS * WIDTH]);
        if bytes.len() != STEMS * WIDTH {
            return Err(wrong_length(table, block));
        }
        for (row, value) in here {
            let start = place(*row).1 * WIDTH;
            bytes[start..start + WIDTH].copy_from_slice(value);
        }
        replace(connection, table, block, &bytes)?;
        values = rest;
    }
    Ok(())
}

/// Calls `visit` with row and bytes of each slot, in order of rows.
///
/// # Errors
/// [`Error::Database`], or [`Error::Damaged`] for a block of wrong length.
pub(crate) fn each<const WIDTH: usize>(
    connection: &Connection,
    table: &str,
    mut visit: impl FnMut(i64, &[u8; WIDTH]),
) -> Result<(), Error> {
    let mut statement = connection.prepare_cached(&format!("SELECT id, body FROM {table} ORDER BY id"))?;
    let mut rows = statement.query(())?;
    while let Some(row) = rows.next()? {
        let block: i64 = row.get(0)?;
        let bytes = row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?;
        let (slots, rest) = bytes.as_chunks::<WIDTH>();
        if slots.len() != STEMS || !rest.is_empty() {
            return Err(wrong_length(table, block));
        }
        for (slot, first) in slots.iter().zip(block * STEMS as i64..) {
            visit(first, slot);
        }
    }
    Ok(())
}

/// Returns the bytes of one row's slot, or `None` where its block does not exist.
///
/// # Errors
/// [`Error::Database`], or [`Error::Damaged`] for a block of wrong length.
pub(crate) fn one<const WIDTH: usize>(
    connection: &Connection,
    table: &str,
    row: i64,
) -> Result<Option<[u8; WIDTH]>, Error> {
    let (block, slot) = place(row);
    let Some(bytes) = body(connection, table, block)? else { return Ok(None) };
    let (slots, _) = bytes.as_chunks::<WIDTH>();
    slots.get(slot).copied().map(Some).ok_or_else(|| wrong_length(table, block))
}

/// The texts of a block.
pub(crate) struct Texts<'a> {
    table: &'a str,
    block: i64,
    ends: [usize; STEMS],
    /// All texts, one after the other.
    pub(crate) text: &'a [u8],
}

impl<'a> Texts<'a> {
    /// Returns the texts of a block's bytes.
    ///
    /// # Errors
    /// [`Error::Damaged`] if the ends contradict each other.
    pub(crate) fn new(table: &'a str, block: i64, bytes: &'a [u8]) -> Result<Self, Error> {
        let Some((head, text)) = bytes.split_at_checked(ENDS) else { return Err(wrong_length(table, block)) };
        let mut ends = [0; STEMS];
        for (end, bytes) in ends.iter_mut().zip(head.as_chunks::<4>().0) {
            *end = u32::from_le_bytes(*bytes) as usize;
        }
        if !ends.is_sorted() || ends[STEMS - 1] != text.len() {
            return Err(wrong_length(table, block));
        }
        Ok(Self { table, block, ends, text })
    }

    /// Returns the slot, this one or a later one, whose text holds a byte, and the end of that
    /// text.
    pub(crate) fn slot_from(&self, mut slot: usize, position: usize) -> (usize, usize) {
        // Hits lie close to each other where there are many.
        while slot < STEMS - 1 && self.ends[slot] <= position {
            slot += 1;
        }
        (slot, self.ends[slot])
    }

    /// Returns the bytes of the block with other texts in some slots.
    fn with(&self, values: &[(i64, String)]) -> Result<Vec<u8>, Error> {
        let mut texts: [&[u8]; STEMS] = [&[]; STEMS];
        let mut start = 0;
        for (text, end) in texts.iter_mut().zip(self.ends) {
            *text = &self.text[start..end];
            start = end;
        }
        for (row, text) in values {
            texts[place(*row).1] = text.as_bytes();
        }
        let mut bytes = Vec::with_capacity(ENDS + self.text.len() + values.len() * 64);
        let mut end = 0;
        for text in texts {
            end += u32::try_from(text.len()).map_err(|_| wrong_length(self.table, self.block))?;
            bytes.extend_from_slice(&end.to_le_bytes());
        }
        bytes.extend(texts.concat());
        Ok(bytes)
    }
}

/// Writes texts at the slots of their rows.
///
/// # Errors
/// [`Error::Database`], or [`Error::Damaged`] for a block with wrong ends.
pub(crate) fn put_texts(connection: &Connection, table: &str, mut values: &[(i64, String)]) -> Result<(), Error> {
    while let Some((block, here, rest)) = first_block(values) {
        let old = body(connection, table, block)?.unwrap_or_else(|| vec![0; ENDS]);
        replace(connection, table, block, &Texts::new(table, block, &old)?.with(here)?)?;
        values = rest;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE t (id INTEGER PRIMARY KEY, body BLOB NOT NULL)").unwrap();
        connection
    }

    #[test]
    fn values_stand_at_their_rows_across_blocks() {
        let connection = table();
        put(&connection, "t", &[(1, [1, 1]), (127, [2, 2]), (128, [3, 3]), (300, [4, 4])]).unwrap();
        put(&connection, "t", &[(1, [9, 9])]).unwrap();
        let mut found = Vec::new();
        each::<2>(&connection, "t", |row, value| {
            if value[0] > 0 {
                found.push((row, value[0]));
            }
        })
        .unwrap();
        assert_eq!(found, [(1, 9), (127, 2), (128, 3), (300, 4)]);
        assert_eq!(one::<2>(&connection, "t", 128).unwrap(), Some([3, 3]));
        assert_eq!(one::<2>(&connection, "t", 1_000).unwrap(), None);
    }

    #[test]
    fn texts_are_replaced_in_place() {
        let connection = table();
        put_texts(&connection, "t", &[(3, "three".into()), (5, "five".into()), (130, "next".into())]).unwrap();
        put_texts(&connection, "t", &[(3, "3".into()), (127, "last".into())]).unwrap();
        let bytes = body(&connection, "t", 0).unwrap().unwrap();
        let texts = Texts::new("t", 0, &bytes).unwrap();
        assert_eq!(texts.text, b"3fivelast");
        let found = [(0, 0), (3, 1), (0, 8), (127, 8)].map(|(slot, position)| texts.slot_from(slot, position));
        assert_eq!(found, [(3, 1), (5, 5), (127, 9), (127, 9)]);
    }

    #[test]
    fn wrong_lengths_are_damage() {
        let connection = table();
        replace(&connection, "t", 0, &[0; 7]).unwrap();
        assert!(put(&connection, "t", &[(1, [1, 1])]).unwrap_err().is_damage());
        assert!(each::<2>(&connection, "t", |_, _| ()).unwrap_err().is_damage());
        assert!(put_texts(&connection, "t", &[(1, String::new())]).unwrap_err().is_damage());
    }
}
