//! Adding songs.

use crate::document::{Marks, SongDocument};
use crate::{Error, Library, NewSong, hash, settle, store};
use rusqlite::{Connection, OptionalExtension};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};

/// A song that was added, or that the library had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Added {
    /// The id of its audio file.
    pub audio_file_id: String,
    /// The ids of its stems, in the order of the stems that were given.
    pub stem_ids: Vec<String>,
    /// True if the library did not have it.
    pub is_new: bool,
}

impl Library {
    /// Adds a song; one whose stems have the same content as a known one is that song.
    ///
    /// Returns when the song is durable.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a value outside its range, or an id that another song has;
    /// [`Error::Io`], [`Error::Database`].
    pub fn add(&mut self, song: &NewSong) -> Result<Added, Error> {
        song.check()?;
        self.write(|connection| insert(connection, song, false))
    }

    /// Adds a song as a new audio file, even if one of the same content is known.
    ///
    /// # Errors
    /// Those of [`add`](Self::add).
    pub fn add_forced(&mut self, song: &NewSong) -> Result<Added, Error> {
        song.check()?;
        self.write(|connection| insert(connection, song, true))
    }

    /// Adds songs, one transaction a song, and makes them durable together.
    ///
    /// # Errors
    /// Those of [`add`](Self::add); the songs before the one that failed are added.
    pub fn add_many(&mut self, songs: &[NewSong]) -> Result<Vec<Added>, Error> {
        songs.iter().try_for_each(NewSong::check)?;
        let (mut added, mut names, mut failed) = (Vec::with_capacity(songs.len()), Vec::new(), None);
        for song in songs {
            match self.commit(|connection| insert(connection, song, false)) {
                Ok((one, files)) => {
                    added.push(one);
                    names.extend(files);
                }
                Err(error) => {
                    failed = Some(error);
                    break;
                }
            }
        }
        self.write_out(&names)?;
        failed.map_or(Ok(added), Err)
    }
}

/// Writes a song's rows unless its content is known; returns the files that change.
fn insert(connection: &Connection, song: &NewSong, is_forced: bool) -> Result<(Added, Vec<String>), Error> {
    let content = hash::hash_set(song.stems.iter().map(|stem| stem.blake3.as_str()));
    if !is_forced && let Some(known) = known(connection, song, &content)? {
        return Ok((known, Vec::new()));
    }
    let audio_file_id = song.audio_file_id.clone().unwrap_or_else(Library::new_id);
    if store::song(connection, &audio_file_id)?.is_some() {
        return Err(Error::invalid("audio_file_id", format!("another song has {audio_file_id}")));
    }
    let mut stem_ids = Vec::with_capacity(song.stems.len());
    for stem in &song.stems {
        if let Some(id) = &stem.stem_id
            && store::stem(connection, id).is_ok()
        {
            return Err(Error::invalid("stem_id", format!("another stem has {id}")));
        }
        stem_ids.push(stem.stem_id.clone().unwrap_or_else(Library::new_id));
    }
    let mut marks = BTreeMap::new();
    for (stem, id) in song.stems.iter().zip(&stem_ids) {
        let set = Marks { tags: stem.tags.clone(), favourite: stem.favourite, uses: 0 };
        if set != Marks::default() {
            marks.insert(id.clone(), set);
        }
    }
    let document = SongDocument::new(song, audio_file_id.clone(), stem_ids.clone(), is_forced);
    let row = store::insert_song(connection, &document)?;
    store::put_analysis(connection, row, &document)?;
    store::put_stems(connection, row, &document, &marks)?;
    let mut names = vec![settle::song_name(&audio_file_id, document.analysis.analysis_version)];
    if !marks.is_empty() {
        names.push(settle::marks_name(&audio_file_id));
    }
    Ok((Added { audio_file_id, stem_ids, is_new: true }, names))
}

/// Returns the song with this content, if there is one.
fn known(connection: &Connection, song: &NewSong, content: &str) -> Result<Option<Added>, Error> {
    let sql = "SELECT id, audio_file_id, current_version FROM songs WHERE content = ?1 ORDER BY forced, id LIMIT 1";
    let mut statement = connection.prepare_cached(sql)?;
    let found: Option<(i64, String, u32)> =
        statement.query_row([content], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).optional()?;
    let Some((row, audio_file_id, version)) = found else { return Ok(None) };
    // Stems with equal content take the ids in order.
    let mut ids: HashMap<String, Vec<String>> = HashMap::new();
    for stem in store::document(connection, row, version)?.stems.into_iter().rev() {
        ids.entry(stem.blake3).or_default().push(stem.stem_id);
    }
    let stem_ids = song.stems.iter().filter_map(|stem| ids.get_mut(&stem.blake3)?.pop()).collect();
    Ok(Some(Added { audio_file_id, stem_ids, is_new: false }))
}
