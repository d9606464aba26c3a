//! Analysis versions of one audio file.

use crate::document::SongDocument;
use crate::store::SongRow;
use crate::{Descriptors, Error, Library, SongAnalysis, StemType, settle, store};
use rusqlite::Connection;
use std::collections::BTreeMap;

/// The result of analysing one stem of a song again.
#[derive(Debug, Clone, Default)]
pub struct StemAnalysis {
    /// The part of the song that the stem holds; as before where absent.
    pub stem_type: Option<StemType>,
    /// The measurements of its sound.
    pub descriptors: Descriptors,
}

/// The analyses of an audio file.
#[derive(Debug, Clone, PartialEq)]
pub struct Versions {
    /// The version that searches read.
    pub current: u32,
    /// All analyses, in order of versions.
    pub analyses: Vec<SongAnalysis>,
}

impl Library {
    /// Adds an analysis of a known audio file, and makes it the current one.
    ///
    /// One of the same version is replaced; others stay beside it. Stems that are not named keep
    /// their measurements.
    ///
    /// # Errors
    /// [`Error::UnknownAudioFile`]; [`Error::UnknownStem`] for a stem of another song;
    /// [`Error::Invalid`], [`Error::Io`], [`Error::Database`].
    pub fn reanalyse(
        &mut self,
        audio_file_id: &str,
        analysis: &SongAnalysis,
        stems: &BTreeMap<String, StemAnalysis>,
    ) -> Result<(), Error> {
        analysis.check()?;
        stems.values().try_for_each(|stem| stem.descriptors.check())?;
        self.write(|connection| {
            let song = song(connection, audio_file_id)?;
            let mut document = store::document(connection, song.id, song.current_version)?;
            document.analysis = analysis.clone();
            for (id, new) in stems {
                let stem = document.stems.iter_mut().find(|stem| stem.stem_id == *id);
                let stem = stem.ok_or_else(|| Error::UnknownStem(id.clone()))?;
                stem.stem_type = new.stem_type.unwrap_or(stem.stem_type);
                stem.descriptors = new.descriptors.clone();
            }
            store::put_analysis(connection, song.id, &document)?;
            make_current(connection, song, &document)?;
            let version = analysis.analysis_version;
            Ok(((), vec![settle::song_name(audio_file_id, version), settle::marks_name(audio_file_id)]))
        })
    }

    /// Makes an analysis that exists the one that searches read.
    ///
    /// # Errors
    /// [`Error::UnknownAudioFile`], [`Error::UnknownVersion`], [`Error::Io`], [`Error::Database`].
    pub fn select_version(&mut self, audio_file_id: &str, version: u32) -> Result<(), Error> {
        self.write(|connection| {
            let song = song(connection, audio_file_id)?;
            if !store::versions(connection, song.id)?.contains(&version) {
                return Err(Error::UnknownVersion { audio_file_id: audio_file_id.to_owned(), version });
            }
            make_current(connection, song, &store::document(connection, song.id, version)?)?;
            Ok(((), vec![settle::marks_name(audio_file_id)]))
        })
    }

    /// Returns all analyses of an audio file.
    ///
    /// # Errors
    /// [`Error::UnknownAudioFile`], [`Error::Database`].
    pub fn versions(&mut self, audio_file_id: &str) -> Result<Versions, Error> {
        self.read(|connection| {
            let song = song(connection, audio_file_id)?;
            let versions = store::versions(connection, song.id)?;
            let analysis = |version| Ok(store::document(connection, song.id, version)?.analysis);
            let analyses = versions.into_iter().map(analysis).collect::<Result<_, Error>>()?;
            Ok(Versions { current: song.current_version, analyses })
        })
    }
}

/// Returns the row of an audio file.
///
/// # Errors
/// [`Error::UnknownAudioFile`].
pub(crate) fn song(connection: &Connection, audio_file_id: &str) -> Result<SongRow, Error> {
    store::song(connection, audio_file_id)?.ok_or_else(|| Error::UnknownAudioFile(audio_file_id.to_owned()))
}

/// Writes the stems of a song from this document, keeping what users set.
fn make_current(connection: &Connection, song: SongRow, document: &SongDocument) -> Result<(), Error> {
    let rows = store::stem_rows(connection, song.id)?;
    let marks = rows.into_iter().map(|(id, (_, marks))| (id, marks)).collect();
    connection
        .prepare_cached("UPDATE songs SET current_version = ?2 WHERE id = ?1")?
        .execute((song.id, document.analysis.analysis_version))?;
    store::put_stems(connection, song.id, document, &marks)
}
