//! Musical analysis of audio files: the stems of one song in, one [`SongAnalysis`] out.
//!
//! Each file is read twice as a stream. The first pass takes every stem by itself, for its readings
//! and its type; the second takes all in step, for what they have in common. Only features stay in
//! memory.

mod document;
mod error;
pub mod notate;
mod outline;
mod page;
mod song_pass;
mod stem_pass;
mod stream;
mod watch;

pub use document::{Confidence, KeyCandidate, KeyPart, LabelledSpan, SCHEMA, Song, SongAnalysis, Stem};
pub use error::AnalyseError;
pub use page::{SongPicture, song_html, song_png};

use mixdown_engine::io::{Fold, StemReader};
use rayon::prelude::*;
use std::ops::ControlFlow;
use std::path::PathBuf;
use watch::Watch;

/// Analyses the stems of one song; a single file is its mix. `progress` receives the share that is
/// done, 0 to 1, on any thread, and may stop the work. Uses rayon's pool; blocks on the disk.
///
/// # Errors
/// If there are no files, one cannot be read, or `progress` stopped it.
pub fn analyse(
    paths: &[PathBuf],
    progress: impl FnMut(f64) -> ControlFlow<()> + Send,
) -> Result<SongAnalysis, AnalyseError> {
    Ok(analyse_with_picture(paths, progress)?.0)
}

/// As [`analyse`], with what the page of the song shows beside it.
///
/// # Errors
/// As [`analyse`].
pub fn analyse_with_picture(
    paths: &[PathBuf],
    mut progress: impl FnMut(f64) -> ControlFlow<()> + Send,
) -> Result<(SongAnalysis, SongPicture), AnalyseError> {
    if paths.is_empty() {
        return Err(AnalyseError::NoStems);
    }
    let watch = Watch::new(expected_seconds(paths)?, &mut progress);
    let stems =
        paths.par_iter().map(|path| stem_pass::read_stem(path, &watch)).collect::<Result<Vec<_>, AnalyseError>>()?;
    let (song, picture) = song_pass::read_song(paths, &stems, &watch)?;
    let stems = stems.into_iter().map(|stem| stem.entry).collect();
    Ok((SongAnalysis { ok: true, schema: SCHEMA.into(), song, stems }, picture))
}

/// Returns the length of all stems together, as their headers state it.
fn expected_seconds(paths: &[PathBuf]) -> Result<f64, AnalyseError> {
    paths.iter().try_fold(0.0, |sum, path| {
        let reader = StemReader::open_at_least(path, Fold::Keep, 1)?;
        let info = reader.info();
        Ok(sum + info.frames.map_or(0.0, |frames| info.sample_rate.seconds(frames)))
    })
}
