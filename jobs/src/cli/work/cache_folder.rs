//! The folder for stems that were fetched.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

/// Returns the folder in the user's cache folder; in the system's temporary folder without one.
pub(super) fn of_user() -> PathBuf {
    let absolute = |value: OsString| Some(PathBuf::from(value)).filter(|path| path.is_absolute());
    let home = || env::var_os("HOME").and_then(absolute).map(|home| home.join(".cache"));
    // Relative values are not valid, by the XDG Base Directory Specification.
    let folder = env::var_os("XDG_CACHE_HOME").and_then(absolute).or_else(home);
    folder.unwrap_or_else(env::temp_dir).join("mixdown").join("stems")
}
