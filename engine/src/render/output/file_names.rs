//! Names of the files of a render, and the check that they may be written.

use super::data_files::{METERS, REPORT, SPECTRUM, WAVEFORM_DAT, WAVEFORM_JSON};
use super::page::PAGE;
use super::stem_files;
use crate::io::{OutputError, OutputGuard, OutputKind, StagedFolder, is_ours};
use crate::render::options::RenderOptions;
use crate::report::PICTURES;
use crate::session::{Container, Session, Track};
use std::path::Path;

/// The files beside the master, and the marks by which those of an earlier render are recognised.
const DATA: [(&str, OutputKind); 6] = [
    (WAVEFORM_DAT, OutputKind::WAVEFORM_DAT),
    (WAVEFORM_JSON, OutputKind::WAVEFORM_JSON),
    (SPECTRUM, OutputKind::SPECTRUM),
    (METERS, OutputKind::METERS),
    (PAGE, OutputKind::PAGE),
    (REPORT, OutputKind::REPORT),
];

/// Checks that a session may be rendered into a folder without loss of another file. Nothing is
/// decoded. Control thread; reads the heads of files.
///
/// # Errors
/// When an output is a stem or another input, by any spelling or link, or a folder. When an
/// existing file was not written by mixdown and `force` is not set. With `mix_only`, when data of
/// an earlier render exist that would describe another mix.
pub(crate) fn check_outputs(session: &Session, folder: &Path, options: &RenderOptions<'_>) -> Result<(), OutputError> {
    let mut guard = OutputGuard::new(options.force);
    guard.add_inputs(session.tracks.iter().filter_map(Track::path));
    guard.add_inputs(options.inputs);
    if folder.exists() && !folder.is_dir() {
        return Err(OutputError::NotAFolder(folder.into()));
    }
    let format = session.output.format;
    let packed = format.container() != Container::Wav;
    guard
        .check(&folder.join(session.output.file_name()), if packed { OutputKind::PACKED } else { OutputKind::WAVE })?;
    for name in stem_files::names(session).into_iter().filter(|_| options.stems) {
        guard.check(&folder.join(stem_files::FOLDER).join(name), OutputKind::WAVE)?;
    }
    if options.mix_only {
        let old = outdated(folder);
        for name in &old {
            if let Some(input) = guard.input_at(&folder.join(name)) {
                return Err(OutputError::IsInput { path: folder.join(name), input: input.into() });
            }
        }
        if !old.is_empty() && !options.force {
            return Err(OutputError::Outdates { folder: folder.into(), names: old.join(", ") });
        }
        return Ok(());
    }
    for (name, kind) in DATA {
        guard.check(&folder.join(name), kind)?;
    }
    for name in PICTURES.into_iter().filter(|_| options.pictures) {
        guard.check(&folder.join(name), OutputKind::PICTURE)?;
    }
    Ok(())
}

/// Removes files beside this mix that describe an earlier one.
pub(crate) fn remove_outdated(staged: &mut StagedFolder) {
    for name in outdated(staged.folder()) {
        staged.retire(name);
    }
}

/// Returns the files of an earlier render in a folder. Pictures count if a report shows that there
/// was a render.
fn outdated(folder: &Path) -> Vec<&'static str> {
    let is_present = |(name, kind): &(&str, OutputKind)| is_ours(&folder.join(name), *kind);
    let mut names: Vec<&str> = DATA.iter().filter(|file| is_present(file)).map(|(name, _)| *name).collect();
    if names.contains(&REPORT) {
        names.extend(PICTURES.into_iter().filter(|name| is_present(&(name, OutputKind::PICTURE))));
    }
    names
}
