//! The stems that arguments name: files as they are, and the audio files of folders.

use super::{Failure, terminal};
use mixdown_engine::io::{extensions, is_earlier_master};
use std::fs;
use std::path::{Path, PathBuf};

/// Returns the files that are named, folders replaced by their audio files in natural order.
/// Earlier masters in folders are left out, and reported unless `quiet`.
pub(super) fn expand(named: &[PathBuf], quiet: bool) -> Result<Vec<PathBuf>, Failure> {
    let mut stems = Vec::new();
    for path in named {
        if path.is_dir() {
            stems.extend(audio_files(path, quiet)?);
        } else {
            stems.push(path.clone());
        }
    }
    Ok(stems)
}

fn audio_files(folder: &Path, quiet: bool) -> Result<Vec<PathBuf>, Failure> {
    let failed = |error: std::io::Error| Failure::Other(format!("{}: cannot be read: {error}", folder.display()));
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if is_audio(&path) && path.is_file() {
            files.push(path);
        }
    }
    let by_name = |path: &PathBuf| path.file_name().unwrap_or_default().to_os_string();
    files.sort_by(|a, b| alphanumeric_sort::compare_os_str(by_name(a), by_name(b)));
    let (masters, stems): (Vec<PathBuf>, Vec<PathBuf>) = files.into_iter().partition(|file| is_earlier_master(file));
    for master in masters.iter().filter(|_| !quiet) {
        terminal::print_note(&format!("left out: {}, a master that mixdown wrote", master.display()));
    }
    if stems.is_empty() {
        let what = if masters.is_empty() { "audio files" } else { "audio files but masters that mixdown wrote" };
        return Err(Failure::Other(format!("{}: a folder without {what}; name another", folder.display())));
    }
    Ok(stems)
}

/// Returns true if a name is that of an audio file, and not hidden.
fn is_audio(path: &Path) -> bool {
    let hidden = path.file_name().is_none_or(|name| name.to_string_lossy().starts_with('.'));
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    !hidden && extensions().any(|known| known.eq_ignore_ascii_case(ending))
}
