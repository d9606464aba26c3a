//! Records of stems, as searches return them.

use crate::document::{SongDocument, StemDocument};
use crate::{Descriptors, Error, MusicalKey, Place, Status, StemType};
use jiff::Timestamp;
use rusqlite::Row;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// A stem with the values of its song, from its current analysis.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StemRecord {
    /// The id of the stem.
    pub stem_id: String,
    /// The id of its audio file.
    pub audio_file_id: String,
    /// The part of the song that it holds.
    #[serde(rename = "type")]
    pub stem_type: StemType,
    /// Its name, or that of its song.
    pub name: String,
    /// Its file.
    pub place: Place,
    /// The stem that it is a part of, where a separation made it.
    #[serde(default)]
    pub part_of: Option<String>,
    /// Tempo of the song in beats a minute.
    pub bpm: Option<f64>,
    /// Key of the song.
    pub key: Option<MusicalKey>,
    /// Frequency of A4 in the song, in hertz.
    pub tuning_hz: Option<f64>,
    /// Beats of a bar of the song.
    pub beats_per_bar: Option<u32>,
    /// The measurements of its sound.
    #[serde(flatten)]
    pub descriptors: Descriptors,
    /// Labels of the song's first chords, at most eight.
    #[serde(default)]
    pub chord_labels: Vec<String>,
    /// Chance that each answer about the song is right, 0 to 1, by task.
    #[serde(default)]
    pub confidence: Option<BTreeMap<String, f64>>,
    /// The state of the analysis.
    pub status: Status,
    /// The version of the analysis.
    pub analysis_version: u32,
    /// The BLAKE3 hash of its content.
    pub blake3: String,
    /// Labels of users.
    pub tags: Vec<String>,
    /// True if users marked it.
    pub favourite: bool,
    /// Count of its uses.
    pub uses: u32,
    /// The time when it was added.
    pub created: Timestamp,
    /// The distance from the reference of `similar_to`, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub distance: Option<f64>,
}

/// A stem with all that is recorded of its song.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StemDetail {
    /// The stem.
    #[serde(flatten)]
    pub record: StemRecord,
    /// Chords over time.
    pub chords: Option<Value>,
    /// Times of beats.
    pub beats: Option<Value>,
    /// Times of downbeats.
    pub downbeats: Option<Value>,
    /// Sections over time.
    pub sections: Option<Value>,
    /// Notation of the stem; that of its song where it has none of its own.
    pub notation: Option<Value>,
}

/// The columns that [`StemRecord::from_row`] reads.
pub(crate) const COLUMNS: &str = "stems.record, stems.tags, stems.favourite, stems.uses";

impl StemRecord {
    /// Returns the record of a stem without marks.
    pub(crate) fn new(song: &SongDocument, stem: &StemDocument) -> Self {
        Self {
            stem_id: stem.stem_id.clone(),
            audio_file_id: song.audio_file_id.clone(),
            stem_type: stem.stem_type,
            name: stem.name.clone().unwrap_or_else(|| song.name.clone()),
            place: stem.place.clone(),
            part_of: stem.part_of.clone(),
            bpm: song.analysis.bpm,
            key: song.analysis.key,
            tuning_hz: song.analysis.tuning_hz,
            beats_per_bar: song.analysis.beats_per_bar,
            descriptors: stem.descriptors.clone(),
            chord_labels: first_chords(song.analysis.chords.as_ref()),
            confidence: song.analysis.confidence.clone(),
            status: song.analysis.status,
            analysis_version: song.analysis.analysis_version,
            blake3: stem.blake3.clone(),
            tags: Vec::new(),
            favourite: false,
            uses: 0,
            created: song.created,
            distance: None,
        }
    }

    /// Returns the record of a row that begins with [`COLUMNS`].
    ///
    /// # Errors
    /// [`Error::Damaged`] if the row does not hold a record.
    pub(crate) fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        let text = |column| -> Result<String, Error> { Ok(row.get(column)?) };
        let damaged = |error: serde_json::Error| Error::Damaged(format!("a record of a stem: {error}"));
        let mut record: Self = serde_json::from_str(&text(0)?).map_err(damaged)?;
        record.tags = serde_json::from_str(&text(1)?).map_err(damaged)?;
        record.favourite = row.get(2)?;
        record.uses = row.get(3)?;
        Ok(record)
    }
}

/// Chords that a record has.
const FIRST_CHORDS: usize = 8;

/// Returns the labels of the first chords, without parts that have none.
fn first_chords(chords: Option<&Value>) -> Vec<String> {
    let labels = chords.and_then(Value::as_array).into_iter().flatten().filter_map(|chord| chord["label"].as_str());
    labels.filter(|label| *label != "N").take(FIRST_CHORDS).map(str::to_owned).collect()
}

impl StemDetail {
    /// Returns a stem with the rest of its song's document.
    pub(crate) fn new(record: StemRecord, song: SongDocument) -> Self {
        let own = song.stems.into_iter().find(|stem| stem.stem_id == record.stem_id).and_then(|stem| stem.notation);
        let analysis = song.analysis;
        Self {
            record,
            chords: analysis.chords,
            beats: analysis.beats,
            downbeats: analysis.downbeats,
            sections: analysis.sections,
            notation: own.or(analysis.notation),
        }
    }
}
