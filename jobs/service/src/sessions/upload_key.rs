//! Keys of uploads.

use super::stem_name::StemName;
use crate::error::{ApiError, Code};
use std::fmt::Write;
use std::str::FromStr;

/// Key that a client gives to all parts of one upload, so that the parts of another upload of the
/// same name do not come between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadKey(String);

impl FromStr for UploadKey {
    type Err = ApiError;

    fn from_str(text: &str) -> Result<Self, ApiError> {
        let good = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if (1..=64).contains(&text.len()) && text.bytes().all(good) {
            return Ok(Self(text.to_owned()));
        }
        Err(ApiError::new(Code::BadUploadKey, "Upload-Key: 1 to 64 letters, digits, - and _"))
    }
}

/// Returns the file name of an upload in progress. With a key it begins with a dot, as no stem's
/// name does.
pub(super) fn part_file_name(name: &StemName, key: Option<&UploadKey>) -> String {
    let Some(UploadKey(key)) = key else { return name.as_str().to_owned() };
    let mut file = String::from(".");
    // Neither contains a zero byte.
    let _ = write!(file, "{}", blake3::hash(format!("{}\0{key}", name.as_str()).as_bytes()).to_hex());
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_of_each_name_has_a_file_of_its_own() {
        let names: [StemName; 2] = ["a.wav".parse().unwrap(), "b.wav".parse().unwrap()];
        let keys = [None, Some("1".parse().unwrap()), Some("2".parse().unwrap())];
        let files = names.iter().flat_map(|name| keys.iter().map(|key| part_file_name(name, key.as_ref())));
        let files: std::collections::BTreeSet<_> = files.collect();
        assert_eq!(files.len(), 6);
        assert!(files.contains("a.wav"));
    }

    #[test]
    fn a_key_is_short_and_plain() {
        for wrong in ["", "a b", "é", "../x", &"x".repeat(65)] {
            assert!(wrong.parse::<UploadKey>().is_err(), "{wrong}");
        }
        assert!("0Aa_-".parse::<UploadKey>().is_ok());
    }
}
