//! The name of a song on its page, from its files.

use crate::SongAnalysis;
use std::path::Path;

/// Returns the file's name, or that of the folder which all files share.
pub(super) fn song_name(analysis: &SongAnalysis) -> String {
    let name = match analysis.stems.as_slice() {
        [only] => only.path.file_name(),
        [first, others @ ..] => {
            let folder = first.path.parent();
            let is_shared = others.iter().all(|stem| stem.path.parent() == folder);
            folder.filter(|_| is_shared).and_then(Path::file_name)
        }
        [] => None,
    };
    name.map_or_else(|| "Song".into(), |name| name.to_string_lossy().into_owned())
}

/// Returns the number of files in words.
pub(super) fn file_count(analysis: &SongAnalysis) -> String {
    match analysis.stems.len() {
        1 => "1 file".into(),
        count => format!("{count} files"),
    }
}
