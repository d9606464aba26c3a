//! Key of a detector: the strip whose signal it measures.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Name of a track or bus whose signal a detector measures; empty for the insert's own input.
///
/// The signal is taken after the inserts of that strip, and before its fader, pan, width, polarity,
/// mute and solo.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub struct Key(String);

impl Key {
    /// Creates a key from the name of a track or bus.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// Returns the name; `None` where the detector measures the insert's own input.
    pub fn name(&self) -> Option<&str> {
        Some(self.0.as_str()).filter(|name| !name.is_empty())
    }
}
