//! Durations as people write them: 30s, 5m, 48h, 7d.

use serde::{Deserialize, Deserializer};
use std::time::Duration;
use thiserror::Error;

/// A text that is not a valid duration.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0:?} is no duration: a whole number and s, m, h or d, as in 30s, 5m, 48h, 7d")]
pub struct DurationError(String);

/// Parses a duration.
///
/// # Errors
/// When the text is not a valid duration.
pub fn parse_duration(text: &str) -> Result<Duration, DurationError> {
    let refuse = || DurationError(text.to_owned());
    let unit = text.chars().last().ok_or_else(refuse)?;
    let seconds: u64 = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return Err(refuse()),
    };
    let count: u64 = text[..text.len() - 1].parse().map_err(|_| refuse())?;
    count.checked_mul(seconds).filter(|total| *total <= 1 << 40).map(Duration::from_secs).ok_or_else(refuse)
}

/// Deserialises a duration from its written form.
pub(super) fn written<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse_duration(&text).map(Some).map_err(serde::de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_written() {
        assert_eq!(parse_duration("48h"), Ok(Duration::from_secs(172_800)));
        assert_eq!(parse_duration("7d"), Ok(Duration::from_secs(604_800)));
        assert_eq!(parse_duration("0s"), Ok(Duration::ZERO));
        for text in ["", "h", "-1s", "1.5h", "1w", "5", "99999999999999999999d", "9999999999999999d", "é"] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
    }
}
