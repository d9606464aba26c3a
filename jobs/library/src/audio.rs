//! Audio files: a song's record as a whole, and the state of its analysis.

use crate::versions::song;
use crate::{Error, Library, SongAnalysis, Status, StemRecord, settle, store};
use serde::Serialize;

/// An audio file with its current analysis.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AudioFile {
    /// Its id.
    pub audio_file_id: String,
    /// The name of its song.
    pub name: String,
    /// The current analysis.
    pub analysis: SongAnalysis,
    /// Its stems.
    pub stems: Vec<StemRecord>,
}

impl Library {
    /// Returns an audio file.
    ///
    /// # Errors
    /// [`Error::UnknownAudioFile`], [`Error::Database`].
    pub fn audio(&mut self, audio_file_id: &str) -> Result<AudioFile, Error> {
        self.read(|connection| {
            let song = song(connection, audio_file_id)?;
            let document = store::document(connection, song.id, song.current_version)?;
            let mut rows = store::stem_rows(connection, song.id)?;
            let rows = document.stems.iter().filter_map(|stem| rows.remove(&stem.stem_id));
            Ok(AudioFile {
                audio_file_id: audio_file_id.to_owned(),
                name: document.name.clone(),
                stems: rows.map(|(row, _)| store::record(connection, row)).collect::<Result<_, _>>()?,
                analysis: document.analysis,
            })
        })
    }

    /// Sets the state of an audio file's analysis.
    ///
    /// # Errors
    /// [`Error::UnknownAudioFile`], [`Error::Io`], [`Error::Database`].
    pub fn set_status(&mut self, audio_file_id: &str, status: Status) -> Result<(), Error> {
        self.write(|connection| {
            let row = song(connection, audio_file_id)?;
            let mut document = store::document(connection, row.id, row.current_version)?;
            if document.analysis.status == status {
                return Ok(((), Vec::new()));
            }
            document.analysis.status = status;
            store::put_analysis(connection, row.id, &document)?;
            let marks = store::stem_rows(connection, row.id)?.into_iter().map(|(id, (_, marks))| (id, marks)).collect();
            store::put_stems(connection, row.id, &document, &marks)?;
            Ok(((), vec![settle::song_name(audio_file_id, row.current_version)]))
        })
    }
}
