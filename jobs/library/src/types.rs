//! Types of stems and states of their analysis.

use crate::Error;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Defines an enum of names with its numbers in the database.
macro_rules! names {
    ($(#[$doc:meta])* $name:ident, $field:literal { $($(#[$variant_doc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "lowercase")]
        pub enum $name {
            $($(#[$variant_doc])* $variant),+
        }

        impl $name {
            /// All of them, in the order of their numbers.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Returns the name, as in JSON.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $text),+
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.pad(self.name())
            }
        }

        impl FromStr for $name {
            type Err = Error;

            fn from_str(text: &str) -> Result<Self, Error> {
                Self::ALL.iter().copied().find(|one| one.name() == text).ok_or_else(|| {
                    let names: Vec<&str> = Self::ALL.iter().map(|one| one.name()).collect();
                    Error::invalid($field, format!("{text:?} is not a valid name: {}", names.join(", ")))
                })
            }
        }
    };
}

names! {
    /// The part of a song that a stem holds.
    StemType, "type" {
        /// Drums.
        Drums = "drums",
        /// Bass.
        Bass = "bass",
        /// Vocals.
        Vocals = "vocals",
        /// All that has no type of its own.
        Other = "other",
        /// The percussive part of a split by harmonic and percussive sound.
        Percussive = "percussive",
        /// The harmonic part of that split.
        Harmonic = "harmonic",
        /// The part that both channels share.
        Centre = "centre",
    }
}

names! {
    /// The state of an analysis.
    Status, "status" {
        /// Queued.
        Pending = "pending",
        /// Being computed.
        Running = "running",
        /// Done: the values hold.
        Completed = "completed",
        /// Given up: values may be missing.
        Failed = "failed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_text_and_json_agree() {
        for one in StemType::ALL {
            assert_eq!(serde_json::to_value(one).unwrap(), one.name());
            assert_eq!(one.name().parse::<StemType>().unwrap(), *one);
        }
        for one in Status::ALL {
            assert_eq!(serde_json::to_value(one).unwrap(), one.name());
        }
        let error = "drum".parse::<StemType>().unwrap_err().to_string();
        assert!(error.contains("\"drum\"") && error.contains("drums, bass"), "{error}");
    }
}
