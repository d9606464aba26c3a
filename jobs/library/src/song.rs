//! Songs as they are added, and the analysis of one.

use crate::{Descriptors, Error, MusicalKey, Place, Status, StemType, hash};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, HashSet};

/// A song that is added: its stems, and one analysis of them.
#[derive(Debug, Clone, Default)]
pub struct NewSong {
    /// The id of its audio file; a new one where absent.
    ///
    /// Stems below the media folder need it, from [`Library::new_id`](crate::Library::new_id).
    pub audio_file_id: Option<String>,
    /// The name that searches and lists show.
    pub name: String,
    /// The time that counts as its creation; now where absent.
    pub created: Option<Timestamp>,
    /// The analysis of the song.
    pub analysis: SongAnalysis,
    /// Its stems, at least one.
    pub stems: Vec<NewStem>,
}

/// A stem of a [`NewSong`].
#[derive(Debug, Clone)]
pub struct NewStem {
    /// The id of the stem; a new one where absent.
    pub stem_id: Option<String>,
    /// The part of the song that it holds.
    pub stem_type: StemType,
    /// Its name; that of the song where absent.
    pub name: Option<String>,
    /// Its file.
    pub place: Place,
    /// The BLAKE3 hash of its content, 64 lower hexadecimal digits.
    pub blake3: String,
    /// The stem that it is a part of, where a separation made it.
    pub part_of: Option<String>,
    /// The measurements of its sound.
    pub descriptors: Descriptors,
    /// Labels of users.
    pub tags: Vec<String>,
    /// True if users marked it.
    pub favourite: bool,
}

impl NewStem {
    /// Returns a stem with nothing but these values.
    pub fn new(stem_type: StemType, place: Place, blake3: String) -> Self {
        let (stem_id, name, part_of, tags, descriptors) = (None, None, None, Vec::new(), Descriptors::default());
        Self { stem_id, stem_type, name, place, blake3, part_of, descriptors, tags, favourite: false }
    }

    /// Refuses a stem that breaks a rule of its fields, or lies in the folder of another song.
    ///
    /// # Errors
    /// [`Error::Invalid`] with the field.
    pub(crate) fn check(&self, audio_file_id: &str) -> Result<(), Error> {
        self.place.check(audio_file_id)?;
        hash::check(&self.blake3)?;
        self.descriptors.check()?;
        check_tags(&self.tags)
    }
}

/// The result of analysing a song; what is not determined is `None`, in JSON null.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SongAnalysis {
    /// The version of the analysis: several of one audio file stand beside each other.
    pub analysis_version: u32,
    /// The state of the analysis.
    pub status: Status,
    /// Tempo in beats a minute, above 0.
    pub bpm: Option<f64>,
    /// Key.
    pub key: Option<MusicalKey>,
    /// Frequency of A4 in hertz, above 0.
    pub tuning_hz: Option<f64>,
    /// Beats of a bar.
    pub beats_per_bar: Option<u32>,
    /// Chords over time.
    pub chords: Option<Value>,
    /// Times of beats.
    pub beats: Option<Value>,
    /// Times of downbeats.
    pub downbeats: Option<Value>,
    /// Sections over time.
    pub sections: Option<Value>,
    /// Notation.
    pub notation: Option<Value>,
    /// Chance that each answer is right, 0 to 1, by task.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confidence: Option<BTreeMap<String, f64>>,
}

impl Default for SongAnalysis {
    fn default() -> Self {
        Self {
            analysis_version: 1,
            status: Status::Completed,
            bpm: None,
            key: None,
            tuning_hz: None,
            beats_per_bar: None,
            chords: None,
            beats: None,
            downbeats: None,
            sections: None,
            notation: None,
            confidence: None,
        }
    }
}

impl SongAnalysis {
    /// Refuses a tempo or tuning that is not a positive number.
    ///
    /// # Errors
    /// [`Error::Invalid`].
    pub(crate) fn check(&self) -> Result<(), Error> {
        for (name, value) in [("bpm", self.bpm), ("tuning_hz", self.tuning_hz)] {
            if value.is_some_and(|value| !value.is_finite() || value <= 0.0) {
                return Err(Error::invalid(name, "must be above 0 and finite, or null where it does not exist"));
            }
        }
        if self.beats_per_bar == Some(0) {
            return Err(Error::invalid("beats_per_bar", "must be above 0"));
        }
        Ok(())
    }
}

impl NewSong {
    /// Refuses a song that breaks a rule of its fields.
    ///
    /// # Errors
    /// [`Error::Invalid`] with the field.
    pub fn check(&self) -> Result<(), Error> {
        if let Some(id) = &self.audio_file_id {
            check_id("audio_file_id", id)?;
        }
        if self.stems.is_empty() {
            return Err(Error::invalid("stems", "a song needs at least one stem"));
        }
        self.analysis.check()?;
        let (mut ids, mut places) = (HashSet::new(), HashSet::new());
        for stem in &self.stems {
            if let Some(id) = &stem.stem_id {
                check_id("stem_id", id)?;
                if !ids.insert(id) {
                    return Err(Error::invalid("stem_id", format!("{id} stands twice in one song")));
                }
            }
            if !places.insert(stem.place.text()) {
                return Err(Error::invalid("place", format!("{} stands twice in one song", stem.place.text())));
            }
            // Without an id no file below the media folder can belong to the song.
            stem.check(self.audio_file_id.as_deref().unwrap_or_default())?;
        }
        Ok(())
    }
}

/// Refuses ids that cannot stand in the name of a file.
///
/// # Errors
/// [`Error::Invalid`].
pub(crate) fn check_id(field: &str, id: &str) -> Result<(), Error> {
    // The folder of the sidecar files has this name.
    let is_id = id != crate::sidecar::FOLDER
        && (1..=64).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    let refusal = || Error::invalid(field, format!("{id:?} is not 1 to 64 of A-Z, a-z, 0-9, - and _"));
    if is_id { Ok(()) } else { Err(refusal()) }
}

/// Refuses tags that are empty, long, or contain control characters.
///
/// # Errors
/// [`Error::Invalid`].
pub(crate) fn check_tags(tags: &[String]) -> Result<(), Error> {
    for tag in tags {
        let is_tag = tag.trim() == tag && !tag.is_empty() && tag.len() <= 200 && !tag.chars().any(char::is_control);
        if !is_tag {
            let rule = "is not 1 to 200 bytes without control characters or space around it";
            return Err(Error::invalid("tags", format!("{tag:?} {rule}")));
        }
    }
    Ok(())
}
