//! A file's fingerprint, for the report of a render.

use super::DecodeError;
use super::error::open_file;
use std::path::Path;

/// The BLAKE3 hash of a file's bytes as 64 hexadecimal digits. Reads the file as a stream; memory does not grow with its length.
///
/// # Errors
/// When the file cannot be opened or read.
pub fn hash_file(path: &Path) -> Result<String, DecodeError> {
    let (file, _) = open_file(path)?;
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(file).map_err(|error| DecodeError::from_io(path, &error))?;
    Ok(hasher.finalize().to_hex().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_of_abc_is_the_one_of_the_blake3_test_vectors() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "abc").unwrap();
        let expected = "6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85";
        assert_eq!(hash_file(file.path()).unwrap(), expected);
    }

    #[test]
    fn an_empty_file_is_refused_before_it_is_hashed() {
        let file = tempfile::NamedTempFile::new().unwrap();
        assert!(matches!(hash_file(file.path()), Err(DecodeError::Empty { .. })));
    }
}
