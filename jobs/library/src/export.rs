//! The whole library as JSON lines.

use crate::{Error, Library, StemDetail, record, store};
use std::io::Write;
use std::path::Path;

impl Library {
    /// Writes all stems with all that is recorded of their songs, one JSON document a line, in the
    /// order in which they were added. Returns their number.
    ///
    /// # Errors
    /// [`Error::Io`] if `output` fails; [`Error::Database`].
    pub fn export(&mut self, output: &mut impl Write) -> Result<usize, Error> {
        let failed = |error| Error::io(Path::new("the exported lines"), error);
        let transaction = self.connected.connection.transaction()?;
        let mut songs = transaction.prepare("SELECT id, current_version FROM songs ORDER BY id")?;
        let sql = format!("SELECT {} FROM stems WHERE song = ?1 ORDER BY id", record::COLUMNS);
        let mut stems = transaction.prepare(&sql)?;
        let (mut songs, mut count) = (songs.query(())?, 0);
        while let Some(song) = songs.next()? {
            let id: i64 = song.get(0)?;
            let document = store::document(&transaction, id, song.get(1)?)?;
            let mut rows = stems.query([id])?;
            while let Some(row) = rows.next()? {
                let detail = StemDetail::new(crate::StemRecord::from_row(row)?, document.clone());
                serde_json::to_writer(&mut *output, &detail).map_err(|error| failed(error.into()))?;
                output.write_all(b"\n").map_err(failed)?;
                count += 1;
            }
        }
        output.flush().map_err(failed)?;
        Ok(count)
    }
}
