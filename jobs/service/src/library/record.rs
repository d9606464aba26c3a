//! Records of stems and audio files as answers show them: without paths.

use super::fit::Fit;
use mixdown_library::{AudioFile, Descriptors, SongAnalysis, Status, StemDetail, StemRecord};
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use utoipa::ToSchema;

/// A stem of the library with the values of its song.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LibraryStem {
    /// Its id.
    pub(crate) stem_id: String,
    /// The id of its audio file.
    pub(crate) audio_file_id: String,
    /// Its type: drums, bass, vocals, other; percussive, harmonic, centre for parts of a split.
    #[serde(rename = "type")]
    stem_type: &'static str,
    /// Its name, or that of its song.
    name: String,
    /// The name of its file.
    pub(crate) file: String,
    /// The stem that it is a part of, where a separation made it.
    part_of: Option<String>,
    /// Tempo of the song, in beats a minute; null where unknown.
    bpm: Option<f64>,
    /// Key of the song, such as C# major; null where unknown.
    key: Option<String>,
    /// The key's Camelot code.
    camelot: Option<String>,
    /// Frequency of A4 in the song, in hertz.
    tuning_hz: Option<f64>,
    /// Beats of a bar of the song.
    beats_per_bar: Option<u32>,
    /// Labels of the song's first chords, by Harte.
    chord_labels: Vec<String>,
    /// Chance that each answer about the song is right, 0 to 1, by task; null before an analysis.
    confidence: Option<BTreeMap<String, f64>>,
    /// Readings of its sound, in docs/analysis.md.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    descriptors: Descriptors,
    /// State of the analysis: pending, running, completed or failed.
    status: &'static str,
    /// Version of the analysis.
    analysis_version: u32,
    /// BLAKE3 of the file, hexadecimal.
    pub(crate) blake3: String,
    /// Labels of users.
    tags: Vec<String>,
    /// True if users marked it.
    favourite: bool,
    /// Count of its uses.
    uses: u32,
    /// Time when it was added.
    #[schema(format = DateTime)]
    created: String,
    /// Distance of its sound from that of `similar_to`, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    distance: Option<f64>,
    /// Fit with what the search compares.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fit: Option<Fit>,
}

/// A stem with all that is recorded of its song.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StemDetails {
    /// The stem.
    #[serde(flatten)]
    stem: LibraryStem,
    /// Chords over time.
    #[schema(value_type = Option<Vec<Object>>)]
    chords: Option<Value>,
    /// Times of beats, in seconds.
    #[schema(value_type = Option<Vec<f64>>)]
    beats: Option<Value>,
    /// Times of downbeats, in seconds.
    #[schema(value_type = Option<Vec<f64>>)]
    downbeats: Option<Value>,
    /// Sections over time.
    #[schema(value_type = Option<Vec<Object>>)]
    sections: Option<Value>,
    /// Notation; null where there is none.
    #[schema(value_type = Option<Object>)]
    notation: Option<Value>,
}

/// An audio file with its stems.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AudioView {
    /// Its id.
    audio_file_id: String,
    /// The name of its song.
    name: String,
    /// State of the analysis: pending, running, completed or failed.
    status: &'static str,
    /// Version of the analysis.
    analysis_version: u32,
    /// The job that analyses it; null where none does.
    pub(crate) job_id: Option<String>,
    /// Findings about the song, with the names of `mixdown analyse`; null before an analysis.
    #[schema(value_type = Option<Object>)]
    song: Option<Value>,
    /// Its stems.
    stems: Vec<LibraryStem>,
}

impl From<StemRecord> for LibraryStem {
    fn from(record: StemRecord) -> Self {
        let text = record.place.text().into_owned();
        let file = Path::new(&text).file_name().map(|name| name.to_string_lossy().into_owned());
        Self {
            stem_id: record.stem_id,
            audio_file_id: record.audio_file_id,
            stem_type: record.stem_type.name(),
            name: record.name,
            file: file.unwrap_or_default(),
            part_of: record.part_of,
            bpm: record.bpm,
            key: record.key.map(|key| key.to_string()),
            camelot: record.key.map(mixdown_library::MusicalKey::camelot_code),
            tuning_hz: record.tuning_hz,
            beats_per_bar: record.beats_per_bar,
            chord_labels: record.chord_labels,
            confidence: record.confidence,
            descriptors: record.descriptors,
            status: record.status.name(),
            analysis_version: record.analysis_version,
            blake3: record.blake3,
            tags: record.tags,
            favourite: record.favourite,
            uses: record.uses,
            created: record.created.to_string(),
            distance: record.distance,
            fit: None,
        }
    }
}

impl From<StemDetail> for StemDetails {
    fn from(detail: StemDetail) -> Self {
        Self {
            stem: detail.record.into(),
            chords: detail.chords,
            beats: detail.beats,
            downbeats: detail.downbeats,
            sections: detail.sections,
            notation: detail.notation,
        }
    }
}

impl AudioView {
    /// Returns its id.
    pub(crate) fn audio_file_id(&self) -> &str {
        &self.audio_file_id
    }

    /// Creates the view of an audio file that this job analyses.
    pub(crate) fn new(audio: AudioFile, job_id: Option<String>) -> Self {
        Self {
            audio_file_id: audio.audio_file_id,
            name: audio.name,
            status: audio.analysis.status.name(),
            analysis_version: audio.analysis.analysis_version,
            job_id,
            song: song(&audio.analysis),
            stems: audio.stems.into_iter().map(LibraryStem::from).collect(),
        }
    }
}

/// Returns an analysis by the names of `mixdown analyse`.
fn song(analysis: &SongAnalysis) -> Option<Value> {
    let is_done = analysis.status == Status::Completed;
    let named = [
        ("tempo_bpm", json!(analysis.bpm)),
        ("beats_s", json!(analysis.beats)),
        ("downbeats_s", json!(analysis.downbeats)),
        ("beats_per_bar", json!(analysis.beats_per_bar)),
        ("key", json!(analysis.key)),
        ("tuning_hz", json!(analysis.tuning_hz)),
        ("chords", json!(analysis.chords)),
        ("sections", json!(analysis.sections)),
        ("confidence", json!(analysis.confidence)),
    ];
    is_done.then(|| Value::Object(Map::from_iter(named.map(|(name, value)| (name.to_owned(), value)))))
}
