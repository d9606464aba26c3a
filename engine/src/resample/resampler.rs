//! Filters of rate conversion, as sessions name them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Filter by which a rate is converted. Both have linear phase, and a stop band from half of the
/// lower rate on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Resampler {
    /// Level to 0.01 dB up to 0.475 of the lower rate. At 44.1 kHz it rings for 3.3 ms before a
    /// sound, down to −60 dB.
    #[default]
    Steep,
    /// Level to 0.01 dB up to 0.445 of the lower rate: nearly 20 kHz of 44.1. It rings for less
    /// than half of that time.
    Gentle,
}

impl Resampler {
    /// Returns true for the default.
    pub fn is_steep(&self) -> bool {
        *self == Self::Steep
    }
}
