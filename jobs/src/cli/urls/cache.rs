//! The cache of fetched files: its folder and its limit, from the environment.

use mixdown_orders::OrderError;
use std::ffi::OsString;
use std::path::PathBuf;

/// Variable with the folder of the cache.
const FOLDER: &str = "MIXDOWN_CACHE";
/// Variable with the most bytes that the cache keeps.
const BYTES: &str = "MIXDOWN_CACHE_BYTES";
/// Most bytes without a variable.
const DEFAULT_BYTES: u64 = 20_000_000_000;

/// Returns the folder of the cache, an absolute path, and the most bytes that it keeps.
pub(super) fn of_environment() -> Result<(PathBuf, u64), OrderError> {
    choose(|name| std::env::var_os(name).filter(|value| !value.is_empty()))
}

fn choose(variable: impl Fn(&str) -> Option<OsString>) -> Result<(PathBuf, u64), OrderError> {
    let below = |name: &str, folder: &str| variable(name).map(|home| PathBuf::from(home).join(folder));
    let folder = variable(FOLDER)
        .map(PathBuf::from)
        .or_else(|| below("XDG_CACHE_HOME", "mixdown"))
        .or_else(|| below("LOCALAPPDATA", "mixdown/cache"))
        .or_else(|| below("HOME", ".cache/mixdown"))
        .unwrap_or_else(|| std::env::temp_dir().join("mixdown-cache"));
    let folder = std::path::absolute(&folder).map_err(|error| OrderError::io(&folder, error))?;
    let Some(bytes) = variable(BYTES) else { return Ok((folder, DEFAULT_BYTES)) };
    let text = bytes.to_string_lossy();
    let cause = "a whole number of bytes is expected";
    let bytes = text.parse().map_err(|_| OrderError::place(&format!("{BYTES}={text}"), cause))?;
    Ok((folder, bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_sets_folder_and_limit() {
        let of = |variables: &[(&str, &str)]| {
            let found = |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| value.into());
            choose(found)
        };
        assert_eq!(of(&[("HOME", "/h")]).unwrap(), ("/h/.cache/mixdown".into(), DEFAULT_BYTES));
        let set = [("HOME", "/h"), ("MIXDOWN_CACHE", "/c"), ("MIXDOWN_CACHE_BYTES", "10")];
        assert_eq!(of(&set).unwrap(), ("/c".into(), 10));
        assert!(of(&[("MIXDOWN_CACHE_BYTES", "10 GB")]).unwrap_err().to_string().contains("MIXDOWN_CACHE_BYTES"));
    }
}
