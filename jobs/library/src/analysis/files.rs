//! Analysis of files, as the library records it.

use crate::{Descriptors, SongAnalysis, StemType};
use mixdown_analyse::{AnalyseError, Confidence, Song, SongPicture, Stem, analyse_with_picture};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::PathBuf;

/// Version of the analysis: it grows when answers change.
pub const ANALYSIS_VERSION: u32 = 1;

/// The analysis of a song's files.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Analysed {
    /// Findings that all stems share.
    pub song: SongAnalysis,
    /// Findings about each stem, in the order of the files.
    pub stems: Vec<AnalysedStem>,
    /// The whole answer.
    pub document: mixdown_analyse::SongAnalysis,
}

/// Findings about one stem.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AnalysedStem {
    /// The part of the song that it holds.
    pub stem_type: StemType,
    /// The measurements of its sound.
    pub descriptors: Descriptors,
}

/// Analyses the files of one song. `progress` receives the share that is done, 0 to 1, on any
/// thread, and may stop the work.
///
/// # Errors
/// A file that cannot be read or decoded, or a stop.
pub fn analyse_files(
    paths: &[PathBuf],
    progress: impl FnMut(f64) -> ControlFlow<()> + Send,
) -> Result<Analysed, AnalyseError> {
    let (document, picture) = analyse_with_picture(paths, progress)?;
    Ok(Analysed::of(document, &picture))
}

impl Analysed {
    /// Returns what the library records of an analysis.
    pub fn of(document: mixdown_analyse::SongAnalysis, picture: &SongPicture) -> Self {
        let chroma = mean_chroma(picture);
        let stems = document.stems.iter().map(|stem| of_stem(stem, chroma)).collect();
        Self { song: of_song(&document.song), stems, document }
    }
}

fn of_song(song: &Song) -> SongAnalysis {
    SongAnalysis {
        analysis_version: ANALYSIS_VERSION,
        bpm: song.tempo_bpm,
        key: song.key.as_deref().and_then(|key| key.parse().ok()),
        tuning_hz: song.tuning_hz,
        beats_per_bar: song.beats_per_bar,
        chords: value(&song.chords),
        beats: value(&song.beats_s),
        downbeats: value(&song.downbeats_s),
        sections: value(&song.sections),
        confidence: Some(of_confidence(song.confidence)),
        ..SongAnalysis::default()
    }
}

fn of_confidence(confidence: Confidence) -> BTreeMap<String, f64> {
    let Confidence { tempo, beats, downbeats, metre, key, chords, sections } = confidence;
    let all = [
        ("tempo", tempo),
        ("beats", beats),
        ("downbeats", downbeats),
        ("metre", metre),
        ("key", key),
        ("chords", chords),
        ("sections", sections),
    ];
    all.map(|(task, value)| (task.to_owned(), value)).into()
}

fn value(list: &[impl Serialize]) -> Option<Value> {
    serde_json::to_value(list).ok()
}

fn of_stem(stem: &Stem, chroma: Option<[f64; 12]>) -> AnalysedStem {
    let stem_type = stem.stem_type.parse().unwrap_or(StemType::Other);
    let descriptors = Descriptors {
        duration_s: Some(stem.duration_s),
        integrated_lufs: stem.integrated_lufs,
        rms_dbfs: stem.rms_dbfs,
        sample_peak_dbfs: stem.sample_peak_dbfs,
        true_peak_dbtp: stem.true_peak_dbtp,
        crest_db: stem.crest_db,
        spectral_centroid_hz: stem.spectral_centroid_hz,
        spectral_bandwidth_hz: stem.spectral_bandwidth_hz,
        spectral_rolloff_hz: stem.spectral_rolloff_hz,
        zero_crossing_rate: stem.zero_crossing_rate,
        onset_rate_hz: stem.onset_rate_hz,
        silence_share: Some(stem.silence_share),
        // Drums have no notes of their own.
        chroma: chroma.filter(|_| stem_type != StemType::Drums),
    };
    AnalysedStem { stem_type, descriptors }
}

/// Returns the share of each pitch class in the song; `None` if there are no notes.
fn mean_chroma(picture: &SongPicture) -> Option<[f64; 12]> {
    let mut sums = [0.0; 12];
    for column in &picture.chroma {
        sums.iter_mut().zip(column).for_each(|(sum, value)| *sum += f64::from(*value));
    }
    let total: f64 = sums.iter().sum();
    (total > 0.0).then(|| sums.map(|sum| sum / total))
}
