//! Names of strips.

use serde::{Deserialize, Serialize};

/// A strip, by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StripName {
    /// A track, by its title.
    Track(String),
    /// A bus, by its name.
    Bus(String),
    /// The master.
    Master,
}
