//! BLAKE3 hashes of files and of sets of stems.

use crate::Error;
use std::fs::File;
use std::path::Path;

/// Returns the BLAKE3 hash of a file's bytes, 64 hexadecimal digits.
///
/// # Errors
/// [`Error::Io`] if the file cannot be read.
pub fn hash_file(path: &Path) -> Result<String, Error> {
    let mut hasher = blake3::Hasher::new();
    let file = File::open(path).map_err(|error| Error::io(path, error))?;
    hasher.update_reader(file).map_err(|error| Error::io(path, error))?;
    Ok(hasher.finalize().to_hex().to_string())
}

/// Returns the hash of a set of hashes: the same for each order.
pub(crate) fn hash_set<'a>(hashes: impl Iterator<Item = &'a str>) -> String {
    let mut hashes: Vec<&str> = hashes.collect();
    hashes.sort_unstable();
    let mut hasher = blake3::Hasher::new();
    for hash in hashes {
        hasher.update(hash.as_bytes());
        hasher.update(b"\n");
    }
    hasher.finalize().to_hex().to_string()
}

/// Refuses text that is not 64 lower hexadecimal digits.
///
/// # Errors
/// [`Error::Invalid`].
pub(crate) fn check(hash: &str) -> Result<(), Error> {
    let is_hash = hash.len() == 64 && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let refusal = || Error::invalid("blake3", format!("{hash:?} is not a valid hash of 64 lower hexadecimal digits"));
    if is_hash { Ok(()) } else { Err(refusal()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_do_not_depend_on_order() {
        assert_eq!(hash_set(["a", "b"].into_iter()), hash_set(["b", "a"].into_iter()));
        assert_ne!(hash_set(["a", "b"].into_iter()), hash_set(["ab"].into_iter()));
        assert_ne!(hash_set(["a", "a"].into_iter()), hash_set(["a"].into_iter()));
    }

    #[test]
    fn files_hash_as_published() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("empty");
        std::fs::write(&path, []).unwrap();
        // The hash of no bytes, from the test vectors of BLAKE3.
        let empty = "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262";
        assert_eq!(hash_file(&path).unwrap(), empty);
        assert!(check(empty).is_ok() && check("AF").is_err());
    }
}
