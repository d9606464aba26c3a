//! Analysis of the files of one song, as the library records it.

use crate::cli::interrupt;
use crate::cli::outcome::Failure;
use crate::cli::progress::FilesProgress;
use mixdown_analyse::{AnalyseError, Song, SongPicture, Stem, analyse_with_picture};
use mixdown_library::{Descriptors, NewSong, NewStem, Place, SongAnalysis, StemType, hash_file};
use serde::Serialize;
use serde_json::Value;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// Version of the analysis: it grows when answers change.
const ANALYSIS_VERSION: u32 = 1;

/// Returns a song with the analysis of its stems, which are known by these absolute paths.
///
/// # Errors
/// A file that cannot be read or decoded, or Ctrl-C.
pub(super) fn analyse_song(paths: &[PathBuf], quiet: bool) -> Result<NewSong, Failure> {
    interrupt::install();
    let progress = FilesProgress::named("Analysing", 1, quiet);
    let share = progress.file();
    let watch = |fraction| {
        share.reached(fraction);
        if interrupt::requested() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let (analysis, picture) = analyse_with_picture(paths, watch).map_err(|error| match error {
        AnalyseError::Stopped => Failure::Other("stopped; nothing was added".into()),
        error => Failure::Other(error.to_string()),
    })?;
    let chroma = mean_chroma(&picture);
    let stems = paths.iter().zip(&analysis.stems).map(|(path, stem)| new_stem(path, stem, chroma));
    Ok(NewSong {
        name: song_name(paths),
        analysis: of_song(&analysis.song),
        stems: stems.collect::<Result<_, Failure>>()?,
        ..NewSong::default()
    })
}

/// Returns the name of the only file, or that of the first file's folder.
fn song_name(paths: &[PathBuf]) -> String {
    let name = match paths {
        [only] => only.file_stem(),
        several => several.first().and_then(|first| first.parent()).and_then(Path::file_name),
    };
    name.map_or_else(|| "Song".into(), |name| name.to_string_lossy().into_owned())
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
        ..SongAnalysis::default()
    }
}

fn value(list: &[impl Serialize]) -> Option<Value> {
    serde_json::to_value(list).ok()
}

fn new_stem(path: &Path, stem: &Stem, chroma: Option<[f64; 12]>) -> Result<NewStem, Failure> {
    let hash = hash_file(path)?;
    let stem_type: StemType = stem.stem_type.parse()?;
    let mut new = NewStem::new(stem_type, Place::Path(path.into()), hash);
    new.name = path.file_stem().map(|name| name.to_string_lossy().into_owned());
    new.descriptors = Descriptors {
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
    Ok(new)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_song_has_the_name_of_its_file_or_its_folder() {
        assert_eq!(song_name(&["/a/loop.wav".into()]), "loop");
        assert_eq!(song_name(&["/a/song/1.wav".into(), "/a/song/2.wav".into()]), "song");
        assert_eq!(song_name(&["/1.wav".into(), "/2.wav".into()]), "Song");
    }
}
