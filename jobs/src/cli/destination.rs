//! Destination of one file: a place where it appears whole, or a pipe or device.

use super::Failure;
use mixdown_engine::io::{OutputError, StagedFolder};
use mixdown_engine::render::RenderError;
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};

/// An output that is being written.
pub(super) struct Destination {
    path: PathBuf,
    way: Way,
}

enum Way {
    /// Beside its place, which it takes at the end.
    Staged(StagedFolder),
    /// In a file without a name, from which a pipe or device gets it at the end.
    Passed(File),
}

impl Destination {
    /// Checks that a file could be written; nothing is left behind. `flag` named it.
    pub(super) fn check(path: &Path, flag: &str) -> Result<(), Failure> {
        let place = Place::of(path, flag)?;
        if place.is_special {
            // A pipe would wait for its reader.
            return Ok(());
        }
        let staged = StagedFolder::open(&place.folder).and_then(|mut staged| staged.create(&place.name));
        staged.map(drop).map_err(failed)
    }

    /// Starts a file; it appears when [`Destination::finish`] is called.
    pub(super) fn create(path: &Path, flag: &str) -> Result<(Self, File), Failure> {
        let place = Place::of(path, flag)?;
        let path = path.to_path_buf();
        if place.is_special {
            let passed = tempfile::tempfile().and_then(|file| Ok((file.try_clone()?, file)));
            let (file, kept) = passed.map_err(|source| write_error(&path, source))?;
            return Ok((Self { path, way: Way::Passed(kept) }, file));
        }
        let mut staged = StagedFolder::open(&place.folder).map_err(failed)?;
        let file = staged.create(&place.name).map_err(failed)?;
        Ok((Self { path, way: Way::Staged(staged) }, file))
    }

    /// Lets the file appear, or passes it on.
    pub(super) fn finish(self) -> Result<(), Failure> {
        match self.way {
            Way::Staged(staged) => staged.commit().map(|_| ()).map_err(failed),
            Way::Passed(mut file) => {
                let mut pass = || {
                    file.rewind()?;
                    let mut out = OpenOptions::new().write(true).open(&self.path)?;
                    io::copy(&mut file, &mut out)?;
                    out.flush()
                };
                pass().map_err(|source| write_error(&self.path, source))
            }
        }
    }
}

/// Writes one file whole or not at all; `flag` named it.
pub(super) fn write_file(path: &Path, flag: &str, bytes: &[u8]) -> Result<(), Failure> {
    let (destination, mut file) = Destination::create(path, flag)?;
    file.write_all(bytes).map_err(|source| write_error(path, source))?;
    destination.finish()
}

fn failed(error: OutputError) -> Failure {
    Failure::Render(RenderError::from(error))
}

fn write_error(path: &Path, source: io::Error) -> Failure {
    failed(OutputError::Io { path: path.to_path_buf(), source })
}

/// Folder and name of a file, links followed, so that a link keeps leading where it led.
struct Place {
    folder: PathBuf,
    name: OsString,
    /// True if the path is that of a pipe or device.
    is_special: bool,
}

impl Place {
    fn of(path: &Path, flag: &str) -> Result<Self, Failure> {
        let found = fs::metadata(path).ok();
        let is_special = found.as_ref().is_some_and(|found| !found.is_file() && !found.is_dir());
        let followed = found.filter(|_| path.is_symlink()).and_then(|_| path.canonicalize().ok());
        let path = followed.unwrap_or_else(|| path.to_path_buf());
        let Some(name) = path.file_name() else {
            return Err(Failure::Usage(format!("{flag} {}: name a file", path.display())));
        };
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Ok(Self { folder: folder.to_path_buf(), name: name.to_os_string(), is_special })
    }
}
