//! Ids of jobs and sessions: checked before they can be part of a path.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;
use uuid::Uuid;

/// Largest length of an id, in bytes.
pub const MAX_ID_BYTES: usize = 64;

/// A name that is not a valid id.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0:?} is no id: letters, digits, - and _, the first a letter or digit, at most {MAX_ID_BYTES} of them")]
pub struct IdError(String);

/// `^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$`
fn check(text: &str) -> Result<(), IdError> {
    let bytes = text.as_bytes();
    let good = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let sound =
        bytes.len() <= MAX_ID_BYTES && bytes.first().is_some_and(u8::is_ascii_alphanumeric) && bytes.iter().all(good);
    // A hostile name may be long: an error shows only its beginning.
    if sound { Ok(()) } else { Err(IdError(text.chars().take(80).collect())) }
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Returns the id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                check(text).map(|()| Self(text.to_owned()))
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                check(&text).map(|()| Self(text))
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id! {
    /// The id of a job. New ones are UUIDs of version 7, so that their order is the order of
    /// creation.
    JobId
}
id! {
    /// The id of a session: the mixes of one song, or any other group that its user chooses.
    SessionId
}

impl SessionId {
    /// The session of cleanup jobs. No other job may be submitted to it.
    pub const CLEANUP: &str = "mixdown-cleanup";

    /// Returns true if the id is reserved for cleanups.
    pub fn is_reserved(&self) -> bool {
        self.0 == Self::CLEANUP
    }
}

impl JobId {
    /// Creates an id for a job created at `now`.
    pub fn new(now: Timestamp) -> Self {
        let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
        let nanos = u32::try_from(now.as_nanosecond().rem_euclid(1_000_000_000)).unwrap_or(0);
        let time = uuid::Timestamp::from_unix(uuid::NoContext, millis / 1_000, nanos);
        // The fraction of a millisecond is placed as in RFC 9562, section 6.2, method 3, so that
        // jobs of one submitter keep their order.
        let fraction = u64::from(nanos % 1_000_000) * 4_096 / 1_000_000;
        let mut bytes = Uuid::new_v7(time).into_bytes();
        (bytes[6], bytes[7]) = (0x70 | (fraction >> 8) as u8, fraction as u8);
        Self(Uuid::from_bytes(bytes).to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_names_are_refused() {
        let long = "a".repeat(65);
        for name in ["", "..", ".", "../x", "a/b", "a\\b", "-a", "_a", ".a", "a b", "a\0", "ü", "a\n", "a.json", &long]
        {
            assert!(name.parse::<JobId>().is_err(), "{name:?}");
            assert!(serde_json::from_value::<SessionId>(serde_json::json!(name)).is_err(), "{name:?}");
        }
        for name in ["a", "0", "A-b_9", &"a".repeat(64)] {
            assert_eq!(name.parse::<SessionId>().unwrap().as_str(), name);
        }
    }

    #[test]
    fn ids_sort_by_the_time_of_creation() {
        let ids: Vec<_> = (1..100).map(|ms| JobId::new(Timestamp::from_microsecond(ms).unwrap())).collect();
        assert!(ids.is_sorted());
        assert_eq!(Uuid::parse_str(ids[0].as_str()).unwrap().get_version_num(), 7);
    }
}
