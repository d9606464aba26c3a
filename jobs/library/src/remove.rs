//! Removing stems and audio files.

use crate::document::SongDocument;
use crate::store::SongRow;
use crate::versions::song;
use crate::{Error, Library, Place, settle, store};
use rusqlite::Connection;

impl Library {
    /// Removes a stem; with its last stem an audio file vanishes.
    ///
    /// Its file is deleted if mixdown wrote it below the media folder. A file that is known by its
    /// path stays.
    ///
    /// # Errors
    /// [`Error::UnknownStem`], [`Error::Io`], [`Error::Database`].
    pub fn remove(&mut self, stem_id: &str) -> Result<(), Error> {
        self.write(|connection| {
            let (row, _) = store::stem(connection, stem_id)?;
            let audio_file_id = store::record(connection, row)?.audio_file_id;
            let song = song(connection, &audio_file_id)?;
            let documents = documents(connection, song)?;
            if documents.iter().all(|document| document.stems.iter().all(|stem| stem.stem_id == stem_id)) {
                return Ok(((), remove_song(connection, song, &documents)?));
            }
            let mut names = vec![settle::marks_name(&audio_file_id)];
            for mut document in documents {
                document.stems.retain(|stem| {
                    let stays = stem.stem_id != stem_id;
                    if let (false, Place::Media(place)) = (stays, &stem.place) {
                        names.push(place.clone());
                    }
                    stays
                });
                names.push(document_name(&document));
                store::put_analysis(connection, song.id, &document)?;
                if document.analysis.analysis_version == song.current_version {
                    let rows = store::stem_rows(connection, song.id)?;
                    let marks = rows.into_iter().map(|(id, (_, marks))| (id, marks)).collect();
                    store::put_stems(connection, song.id, &document, &marks)?;
                    let sql = "UPDATE songs SET content = ?2 WHERE id = ?1";
                    connection.prepare_cached(sql)?.execute((song.id, document.content()))?;
                }
            }
            Ok(((), names))
        })
    }

    /// Removes an audio file with all its stems and analyses, and returns the ids of the stems.
    ///
    /// Files that mixdown wrote below the media folder are deleted; files that are known by their
    /// paths stay.
    ///
    /// # Errors
    /// [`Error::UnknownAudioFile`], [`Error::Io`], [`Error::Database`].
    pub fn remove_audio(&mut self, audio_file_id: &str) -> Result<Vec<String>, Error> {
        self.write(|connection| {
            let song = song(connection, audio_file_id)?;
            let stem_ids = store::stem_rows(connection, song.id)?.into_keys().collect();
            let documents = documents(connection, song)?;
            Ok((stem_ids, remove_song(connection, song, &documents)?))
        })
    }
}

/// Returns the name of a document's sidecar file below the media folder.
fn document_name(document: &SongDocument) -> String {
    settle::song_name(&document.audio_file_id, document.analysis.analysis_version)
}

/// Returns the documents of all versions of a song.
fn documents(connection: &Connection, song: SongRow) -> Result<Vec<SongDocument>, Error> {
    let versions = store::versions(connection, song.id)?;
    versions.into_iter().map(|version| store::document(connection, song.id, version)).collect()
}

/// Deletes a song's rows, and returns the files that vanish with it.
fn remove_song(connection: &Connection, song: SongRow, documents: &[SongDocument]) -> Result<Vec<String>, Error> {
    store::delete_song(connection, song.id)?;
    let mut names = Vec::new();
    for document in documents {
        names.extend([document_name(document), settle::marks_name(&document.audio_file_id)]);
        names.extend(document.stems.iter().filter_map(|stem| match &stem.place {
            Place::Media(place) => Some(place.clone()),
            Place::Path(_) => None,
        }));
    }
    names.sort_unstable();
    names.dedup();
    Ok(names)
}
