//! Names of stems: checked before they can be part of a path.

use crate::error::{ApiError, Code};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Longest name, in bytes: file systems allow no longer one.
const LONGEST: usize = 255;
/// Names of devices on Windows, with any extension.
const DEVICES: [&str; 6] = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];

/// The name of a stem: one part of a path, visible, on every system.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct StemName(String);

/// The name in quotes, as messages show it.
impl fmt::Debug for StemName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl StemName {
    /// Returns the name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Returns the reason why a text is not a valid name, if it is not.
fn problem(text: &str) -> Option<&'static str> {
    let first = text.split('.').next().unwrap_or_default().trim_end();
    let numbered = |prefix: &str| {
        let rest = first.get(..3).filter(|start| start.eq_ignore_ascii_case(prefix)).map(|_| &first[3..]);
        rest.is_some_and(|rest| {
            matches!(rest, "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | "¹" | "²" | "³")
        })
    };
    if text.is_empty() {
        Some("is empty")
    } else if text.len() > LONGEST {
        Some("is longer than 255 bytes")
    } else if text.starts_with('.') {
        Some("begins with a dot")
    } else if text.ends_with(['.', ' ']) {
        Some("ends with a dot or a space")
    } else if text.contains(['/', '\\', ':', '*', '?', '"', '<', '>', '|']) {
        Some("has a character that paths give a meaning")
    } else if text.chars().any(char::is_control) {
        Some("has control characters")
    } else if DEVICES.iter().any(|name| first.eq_ignore_ascii_case(name)) || numbered("COM") || numbered("LPT") {
        Some("is the name of a device on Windows")
    } else {
        None
    }
}

impl FromStr for StemName {
    type Err = ApiError;

    fn from_str(text: &str) -> Result<Self, ApiError> {
        match problem(text) {
            None => Ok(Self(text.to_owned())),
            Some(problem) => {
                // A hostile name may be long.
                let shown: String = text.chars().take(80).collect();
                Err(ApiError::new(Code::BadStemName, format!("{shown:?} is not a valid name of a stem: it {problem}")))
            }
        }
    }
}

impl TryFrom<String> for StemName {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse().map_err(|error: ApiError| error.message().to_owned())
    }
}

impl From<StemName> for String {
    fn from(name: StemName) -> Self {
        name.0
    }
}

impl fmt::Display for StemName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_visible_part_of_a_path() {
        let long = "a".repeat(256);
        for wrong in [
            "", ".", "..", ".hidden", "a/b", "a\\b", "../x", "C:x", "a\nb", "a\0", "a\u{9b}", "a.", "a ", "con",
            "NUL.wav", "com1.wav", "Lpt9", "aux .wav", "a*b", &long,
        ] {
            assert_eq!(wrong.parse::<StemName>().unwrap_err().code(), Code::BadStemName, "{wrong:?}");
            assert!(serde_json::from_value::<StemName>(wrong.into()).is_err(), "{wrong:?}");
        }
        for right in
            ["a", "drums.wav", "Gesang – 2. Stimme.flac", "ボーカル.wav", "a..b", "com.wav", "com10", &"é".repeat(127)]
        {
            assert_eq!(right.parse::<StemName>().unwrap().as_str(), right);
        }
    }
}
