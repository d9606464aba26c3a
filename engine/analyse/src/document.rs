//! The answer of an analysis, as it is written in JSON. Times are in seconds from the start of the
//! stems.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Form of the document.
pub const SCHEMA: &str = "mixdown.song/1";

/// Findings about one song.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SongAnalysis {
    /// Always true; refusals have their own document.
    pub ok: bool,
    /// Form of this document: [`SCHEMA`].
    pub schema: String,
    /// Findings that all stems share.
    pub song: Song,
    /// One entry a stem, in the order given.
    pub stems: Vec<Stem>,
}

/// Findings that all stems of a song share.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Song {
    /// Length of the longest stem.
    pub duration_s: f64,
    /// Tempo in beats per minute; null where there is no beat.
    pub tempo_bpm: Option<f64>,
    /// Other tempi that fit, the best first; the tempo itself is the first.
    pub tempo_candidates_bpm: Vec<f64>,
    /// Times of the beats.
    pub beats_s: Vec<f64>,
    /// Times of the beats that open a bar.
    pub downbeats_s: Vec<f64>,
    /// Beats in a bar; null where bars are not found.
    pub beats_per_bar: Option<u32>,
    /// Key, such as `C# major`; of most of the song, where it changes.
    pub key: Option<String>,
    /// Keys that fit, the best first.
    pub key_candidates: Vec<KeyCandidate>,
    /// Each part with its key.
    pub keys: Vec<KeyPart>,
    /// Frequency of the A above middle C.
    pub tuning_hz: Option<f64>,
    /// Chords by Harte, end to end; `N` where there is none.
    pub chords: Vec<LabelledSpan>,
    /// Sections, end to end; equal letters for parts that repeat.
    pub sections: Vec<LabelledSpan>,
    /// Share of answers like this one that are right, by task.
    pub confidence: Confidence,
}

/// A key with how well it fits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeyCandidate {
    /// Key, such as `C# major`.
    pub key: String,
    /// Fit to chords and pitch classes: the higher, the better. It only compares keys of one song.
    pub score: f64,
}

/// A part of the song in one key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeyPart {
    /// Start.
    pub start_s: f64,
    /// End.
    pub end_s: f64,
    /// Key, such as `C# major`.
    pub key: String,
}

/// A part of the song with a label.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LabelledSpan {
    /// Start.
    pub start_s: f64,
    /// End.
    pub end_s: f64,
    /// A chord by Harte, or the letter of a section.
    pub label: String,
}

/// Chance that each answer is right, 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Confidence {
    /// Of the tempo, its octave included.
    pub tempo: f64,
    /// Of the beats.
    pub beats: f64,
    /// Of the downbeats.
    pub downbeats: f64,
    /// Of the beats in a bar.
    pub metre: f64,
    /// Of the key.
    pub key: f64,
    /// Of the chords.
    pub chords: f64,
    /// Of the sections.
    pub sections: f64,
}

/// Findings about one stem by itself. Readings that do not exist, as the loudness of silence,
/// are null.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stem {
    /// The file, as it was named.
    pub path: PathBuf,
    /// `drums`, `bass`, `vocals` or `other`, from its sound alone.
    #[serde(rename = "type")]
    pub stem_type: String,
    /// Chance that the type is right, 0 to 1.
    pub type_confidence: f64,
    /// Length.
    pub duration_s: f64,
    /// Integrated loudness (ITU-R BS.1770-4), in LUFS.
    pub integrated_lufs: Option<f64>,
    /// Root mean square, in dBFS.
    pub rms_dbfs: Option<f64>,
    /// Highest sample, in dBFS.
    pub sample_peak_dbfs: Option<f64>,
    /// True peak, in dBTP.
    pub true_peak_dbtp: Option<f64>,
    /// Sample peak minus root mean square, in dB.
    pub crest_db: Option<f64>,
    /// Mean frequency, weighted by magnitude.
    pub spectral_centroid_hz: Option<f64>,
    /// Spread around the centroid.
    pub spectral_bandwidth_hz: Option<f64>,
    /// Frequency below which 85 % of the magnitude lies.
    pub spectral_rolloff_hz: Option<f64>,
    /// Share of samples at which the sign changes.
    pub zero_crossing_rate: Option<f64>,
    /// Onsets a second.
    pub onset_rate_hz: Option<f64>,
    /// Share of frames below −60 dBFS.
    pub silence_share: f64,
    /// Sentences about a file that is not whole.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}
