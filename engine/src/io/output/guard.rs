//! Checks outputs against inputs and against existing files, before anything is read.

use super::{FileId, OutputKind, is_earlier_master};
use crate::io::OutputError;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Component, Path, PathBuf};

/// The files that are read, and whether files of other programs may be replaced.
#[derive(Debug, Default)]
pub struct OutputGuard {
    inputs: Vec<(PathBuf, FileId)>,
    force: bool,
}

impl OutputGuard {
    /// Builds a guard without inputs; `force` allows replacing files that mixdown did not write.
    pub fn new(force: bool) -> Self {
        Self { inputs: Vec::new(), force }
    }

    /// Adds files that are read; those that do not exist are ignored.
    pub fn add_inputs<P: AsRef<Path>>(&mut self, paths: impl IntoIterator<Item = P>) {
        let known = |path: P| Some((path.as_ref().to_path_buf(), FileId::of(path.as_ref())?));
        self.inputs.extend(paths.into_iter().filter_map(known));
    }

    /// Checks that a file may be written at `path`.
    ///
    /// # Errors
    /// When it is one of the inputs, by any spelling or link, or a folder.
    /// When another file exists there and may not be replaced; or when the path cannot be used.
    pub fn check(&self, path: &Path, kind: OutputKind) -> Result<(), OutputError> {
        let found = match fs::metadata(path) {
            // A link without a target is replaced: nothing is lost.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(source) => return Err(OutputError::Io { path: path.into(), source }),
            Ok(found) => found,
        };
        if found.is_dir() {
            return Err(OutputError::IsAFolder(path.into()));
        }
        // Pipes and devices accept any data.
        if !found.is_file() {
            return Ok(());
        }
        if let Some(input) = self.input_at(path) {
            let (path, input) = (path.to_path_buf(), input.to_path_buf());
            let master = is_earlier_master(&path);
            return Err(if master { OutputError::EarlierMaster(path) } else { OutputError::IsInput { path, input } });
        }
        if self.force || is_ours(path, kind) {
            return Ok(());
        }
        let path = path.to_path_buf();
        Err(if kind.is_edited {
            OutputError::Exists { path, what: kind.what }
        } else {
            OutputError::Foreign { path, what: kind.what }
        })
    }

    /// Returns the input that a path leads to, if it leads to one.
    pub fn input_at(&self, path: &Path) -> Option<&Path> {
        let id = FileId::of(path)?;
        self.inputs.iter().find(|(_, input)| *input == id).map(|(path, _)| &**path)
    }

    /// Returns true if files that mixdown did not write may be replaced.
    pub fn is_forced(&self) -> bool {
        self.force
    }
}

/// Returns true if mixdown wrote the file at `path`. A file that cannot be read counts as another
/// program's.
pub(crate) fn is_ours(path: &Path, kind: OutputKind) -> bool {
    let regular = fs::metadata(path).is_ok_and(|metadata| metadata.is_file());
    regular && File::open(path).is_ok_and(kind.is_ours)
}

/// Returns true if two outputs would be the same file, whether or not it exists yet.
pub fn same_place(a: &Path, b: &Path) -> bool {
    if let (Some(a), Some(b)) = (FileId::of(a), FileId::of(b)) {
        return a == b;
    }
    let ((a, a_rest), (b, b_rest)) = (standing(a), standing(b));
    a.is_some() && a == b && a_rest == b_rest
}

/// Returns the nearest existing folder above a path, and the names from there on.
fn standing(path: &Path) -> (Option<FileId>, Vec<OsString>) {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let (mut there, mut rest) = (PathBuf::new(), Vec::new());
    for part in path.components() {
        match part {
            // Folders yet to be made contain no links: one step up undoes one step down.
            Component::ParentDir if !rest.is_empty() => drop(rest.pop()),
            Component::Normal(name) if !rest.is_empty() || !there.join(name).exists() => {
                rest.push(as_compared(name.to_os_string()));
            }
            part => there.push(part),
        }
    }
    (FileId::of(&there), rest)
}

/// Lower-cases a name where file systems usually treat `A` and `a` as one name.
fn as_compared(name: OsString) -> OsString {
    if cfg!(any(windows, target_os = "macos")) { name.to_ascii_lowercase() } else { name }
}
