//! Analysis of the files of one song, as the library records it.

use crate::cli::interrupt;
use crate::cli::outcome::Failure;
use crate::cli::progress::FilesProgress;
use mixdown_analyse::AnalyseError;
use mixdown_engine::io::{Fold, StemReader};
use mixdown_library::{
    ANALYSIS_VERSION, Analysed, NewSong, NewStem, Place, SongAnalysis, Status, StemType, analyse_files, hash_file,
};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

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
    let Analysed { song, stems, .. } = analyse_files(paths, watch).map_err(|error| match error {
        AnalyseError::Stopped => Failure::Other("stopped; nothing was added".into()),
        error => Failure::Other(error.to_string()),
    })?;
    let stems = paths.iter().zip(stems).map(|(path, stem)| {
        let mut new = new_stem(path, stem.stem_type)?;
        new.descriptors = stem.descriptors;
        Ok(new)
    });
    let stems = stems.collect::<Result<_, Failure>>()?;
    Ok(NewSong { name: song_name(paths), analysis: song, stems, ..NewSong::default() })
}

/// Returns a song whose analysis is to come; each file must be one that can be read.
///
/// # Errors
/// A file that cannot be read.
pub(super) fn pending_song(paths: &[PathBuf]) -> Result<NewSong, Failure> {
    for path in paths {
        StemReader::open(path, Fold::Keep).map_err(|error| Failure::Other(error.to_string()))?;
    }
    let stems = paths.iter().map(|path| new_stem(path, StemType::Other)).collect::<Result<_, Failure>>()?;
    let analysis =
        SongAnalysis { analysis_version: ANALYSIS_VERSION, status: Status::Pending, ..SongAnalysis::default() };
    Ok(NewSong { name: song_name(paths), analysis, stems, ..NewSong::default() })
}

/// Returns the name of the only file, or that of the first file's folder.
fn song_name(paths: &[PathBuf]) -> String {
    let name = match paths {
        [only] => only.file_stem(),
        several => several.first().and_then(|first| first.parent()).and_then(Path::file_name),
    };
    name.map_or_else(|| "Song".into(), |name| name.to_string_lossy().into_owned())
}

fn new_stem(path: &Path, stem_type: StemType) -> Result<NewStem, Failure> {
    let mut new = NewStem::new(stem_type, Place::Path(path.into()), hash_file(path)?);
    new.name = path.file_stem().map(|name| name.to_string_lossy().into_owned());
    Ok(new)
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
