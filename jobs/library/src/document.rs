//! The JSON documents of sidecar files.

use crate::song::check_tags;
use crate::{Descriptors, Error, NewSong, Place, SongAnalysis, StemType, hash};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The format of the documents.
const FORMAT: u32 = 1;

/// A song and one analysis of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SongDocument {
    format: u32,
    pub(crate) audio_file_id: String,
    pub(crate) name: String,
    pub(crate) created: Timestamp,
    /// Added although the same content was known.
    #[serde(default)]
    pub(crate) forced: bool,
    #[serde(flatten)]
    pub(crate) analysis: SongAnalysis,
    pub(crate) stems: Vec<StemDocument>,
}

/// A stem of a [`SongDocument`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct StemDocument {
    pub(crate) stem_id: String,
    #[serde(rename = "type")]
    pub(crate) stem_type: StemType,
    #[serde(default)]
    pub(crate) name: Option<String>,
    pub(crate) place: Place,
    pub(crate) blake3: String,
    #[serde(flatten)]
    pub(crate) descriptors: Descriptors,
    /// The stem that it is a part of, where a separation made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) part_of: Option<String>,
    /// Notes of the stem.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) notation: Option<serde_json::Value>,
}

impl SongDocument {
    /// Returns the document of a checked song with these ids, one a stem.
    pub(crate) fn new(song: &NewSong, audio_file_id: String, stem_ids: Vec<String>, forced: bool) -> Self {
        let stems = song.stems.iter().zip(stem_ids).map(|(stem, stem_id)| StemDocument {
            stem_id,
            stem_type: stem.stem_type,
            name: stem.name.clone(),
            place: stem.place.clone(),
            blake3: stem.blake3.clone(),
            descriptors: stem.descriptors.clone(),
            part_of: stem.part_of.clone(),
            notation: None,
        });
        Self {
            format: FORMAT,
            audio_file_id,
            name: song.name.clone(),
            created: song.created.unwrap_or_else(Timestamp::now),
            forced,
            analysis: song.analysis.clone(),
            stems: stems.collect(),
        }
    }

    /// Returns the hash of its content, which parts that were made of it do not change.
    pub(crate) fn content(&self) -> String {
        let given = self.stems.iter().filter(|stem| stem.part_of.is_none());
        hash::hash_set(given.map(|stem| stem.blake3.as_str()))
    }

    /// Returns the name of its sidecar file.
    pub(crate) fn file_name(&self) -> String {
        song_file_name(&self.audio_file_id, self.analysis.analysis_version)
    }

    /// Refuses a document from disk that breaks a rule, such as a place in another folder.
    ///
    /// # Errors
    /// [`Error::Invalid`] with the field.
    pub(crate) fn check(&self) -> Result<(), Error> {
        check_format(self.format)?;
        crate::song::check_id("audio_file_id", &self.audio_file_id)?;
        self.analysis.check()?;
        if self.stems.is_empty() {
            return Err(Error::invalid("stems", "a song needs at least one stem"));
        }
        for stem in &self.stems {
            crate::song::check_id("stem_id", &stem.stem_id)?;
            stem.place.check(&self.audio_file_id)?;
            hash::check(&stem.blake3)?;
            stem.descriptors.check()?;
        }
        Ok(())
    }
}

/// The values of a song that users set.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct MarksDocument {
    format: u32,
    pub(crate) audio_file_id: String,
    /// The analysis version that searches read.
    pub(crate) current_version: u32,
    /// Marks by the id of a stem.
    pub(crate) stems: BTreeMap<String, Marks>,
}

/// The values of a stem that users set.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Marks {
    pub(crate) tags: Vec<String>,
    pub(crate) favourite: bool,
    pub(crate) uses: u32,
}

impl MarksDocument {
    /// Returns the document of these marks.
    pub(crate) fn new(audio_file_id: &str, current_version: u32, stems: BTreeMap<String, Marks>) -> Self {
        Self { format: FORMAT, audio_file_id: audio_file_id.to_owned(), current_version, stems }
    }

    /// Refuses a document from disk that breaks a rule.
    ///
    /// # Errors
    /// [`Error::Invalid`] with the field.
    pub(crate) fn check(&self) -> Result<(), Error> {
        check_format(self.format)?;
        self.stems.values().try_for_each(|marks| check_tags(&marks.tags))
    }
}

/// Refuses documents of another format.
fn check_format(format: u32) -> Result<(), Error> {
    let refusal = || Error::invalid("format", format!("{format} is not {FORMAT}, the one that this program reads"));
    if format == FORMAT { Ok(()) } else { Err(refusal()) }
}

/// Returns the name of the sidecar file of a song and a version.
pub(crate) fn song_file_name(audio_file_id: &str, version: u32) -> String {
    format!("{audio_file_id}.v{version}.json")
}

/// Returns the name of the sidecar file with a song's marks.
pub(crate) fn marks_file_name(audio_file_id: &str) -> String {
    format!("{audio_file_id}.marks.json")
}
