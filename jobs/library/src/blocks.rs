//! Columns of stems, packed in blocks: a row holds the values of 128 stems.
//!
//! A pass over blocks reads a few large rows, where a pass over the stems' own rows would decode
//! 100 000 small ones.

use crate::Error;
use rusqlite::{Connection, OptionalExtension};

/// Stems of a block.
pub(crate) const STEMS: usize = 128;

/// Returns block and slot of a stem's row.
pub(crate) fn place(row: i64) -> (i64, usize) {
    (row / STEMS as i64, (row % STEMS as i64) as usize)
}

/// Returns the damage of a block whose length is not what its values take.
pub(crate) fn damaged(table: &str, block: i64) -> Error {
    Error::Damaged(format!("block {block} of {table} has a wrong length"))
}

/// Returns the bytes of a block, or `None` where no stem has a value in it.
pub(crate) fn body(connection: &Connection, table: &str, block: i64) -> Result<Option<Vec<u8>>, Error> {
    let mut statement = connection.prepare_cached(&format!("SELECT body FROM {table} WHERE id = ?1"))?;
    Ok(statement.query_row([block], |row| row.get(0)).optional()?)
}

/// Replaces the bytes of a block.
pub(crate) fn replace(connection: &Connection, table: &str, block: i64, body: &[u8]) -> Result<(), Error> {
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
            return Err(damaged(table, block));
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
        let block = row.get(0)?;
        slots(row, 1, table, block)?.iter().zip(self::rows(block)).for_each(|(slot, row)| visit(row, slot));
    }
    Ok(())
}

/// Returns the rows of a block.
pub(crate) fn rows(block: i64) -> std::ops::Range<i64> {
    block * STEMS as i64..(block + 1) * STEMS as i64
}

/// Returns the slots of a block, from a column of a statement.
///
/// # Errors
/// [`Error::Database`], or [`Error::Damaged`] for a wrong length, or no bytes at all.
pub(crate) fn slots<'a, const WIDTH: usize>(
    row: &'a rusqlite::Row,
    column: usize,
    table: &str,
    block: i64,
) -> Result<&'a [[u8; WIDTH]], Error> {
    let bytes = row.get_ref(column)?.as_blob_or_null().map_err(rusqlite::Error::from)?.unwrap_or_default();
    let (slots, rest) = bytes.as_chunks();
    if slots.len() != STEMS || !rest.is_empty() {
        return Err(damaged(table, block));
    }
    Ok(slots)
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
    slots.get(slot).copied().map(Some).ok_or_else(|| damaged(table, block))
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
    fn wrong_lengths_are_damage() {
        let connection = table();
        replace(&connection, "t", 0, &[0; 7]).unwrap();
        assert!(put(&connection, "t", &[(1, [1, 1])]).unwrap_err().is_damage());
        assert!(each::<2>(&connection, "t", |_, _| ()).unwrap_err().is_damage());
    }
}
