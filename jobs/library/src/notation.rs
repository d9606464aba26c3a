//! Notation of stems.

use crate::versions::song;
use crate::{Error, Library, settle, store};
use serde_json::Value;
use std::collections::BTreeMap;

impl Library {
    /// Records the notation of stems of one audio file, by their ids, in place of what they had.
    ///
    /// # Errors
    /// [`Error::UnknownAudioFile`]; [`Error::UnknownStem`] for a stem of another song;
    /// [`Error::Io`], [`Error::Database`].
    pub fn set_notation(&mut self, audio_file_id: &str, notation: &BTreeMap<String, Value>) -> Result<(), Error> {
        self.write(|connection| {
            let row = song(connection, audio_file_id)?;
            let mut document = store::document(connection, row.id, row.current_version)?;
            for (id, notes) in notation {
                let stem = document.stems.iter_mut().find(|stem| stem.stem_id == *id);
                stem.ok_or_else(|| Error::UnknownStem(id.clone()))?.notation = Some(notes.clone());
            }
            store::put_analysis(connection, row.id, &document)?;
            Ok(((), vec![settle::song_name(audio_file_id, row.current_version)]))
        })
    }
}
