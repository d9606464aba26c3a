//! Finds the program.

use crate::SeparateError;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// Name of the program.
const NAME: &str = if cfg!(windows) { "demucs.exe" } else { "demucs" };

/// Returns the path of the program demucs: `named` if there is one, else the first on `PATH`.
///
/// # Errors
/// If the named file cannot be run, or none is found.
pub fn find_demucs(named: Option<&Path>) -> Result<PathBuf, SeparateError> {
    if let Some(path) = named {
        let refused = |cause: &str| SeparateError::Program { path: path.into(), cause: cause.into() };
        if !path.exists() {
            return Err(refused("no such file"));
        }
        if !can_run(path) {
            return Err(refused("not a program"));
        }
        // With a folder, so that it is not searched on PATH.
        return std::path::absolute(path).map_err(|error| refused(&error.to_string()));
    }
    let folders = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&folders).map(|folder| folder.join(NAME)).find(|path| can_run(path));
    let found = found.and_then(|path| std::path::absolute(path).ok());
    found.ok_or(SeparateError::NoDemucs)
}

#[cfg(unix)]
fn can_run(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn can_run(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| found.is_file())
}
