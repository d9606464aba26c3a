//! Settings of alignment: which stems may move, how far, and with how much confidence.

use super::thresholds::THRESHOLDS;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Selection of stems to move among those that share a source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Recordings of one event by devices that started on their own, where the sound proves it;
    /// stems of one session stay.
    Auto,
    /// Copies, plain or processed, as well; mutual bleed and copies with feedback stay.
    #[default]
    Recordings,
    /// Microphones of one take: as `Recordings`, and mutual bleed follows its louder path.
    Microphones,
}

/// Settings of alignment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AlignmentSettings {
    /// Selection of stems to move among those that share a source.
    pub mode: Mode,
    /// Largest delay between two stems that is searched, in seconds, either way; without it, any
    /// that lets them overlap.
    pub max_offset_s: Option<f64>,
    /// Least confidence, 0 to 1, of an accepted delay; without it 0.99, or 0.5 for stems that are
    /// known to be related.
    pub min_confidence: Option<f64>,
    /// The stems are known to share a source: less evidence suffices.
    pub assume_related: bool,
    /// Number of the stem against which the others are moved. Without it, the one that lets the
    /// fewest move, and of equals the earliest.
    pub reference: Option<usize>,
}

impl AlignmentSettings {
    /// Returns settings for stems in a mix that should contain them. Less evidence suffices, but a
    /// confidence of 0.95 is required.
    pub fn in_mix() -> Self {
        Self { assume_related: true, min_confidence: Some(0.95), ..Self::default() }
    }

    pub(super) fn least_confidence(&self) -> f64 {
        self.min_confidence.unwrap_or(if self.assume_related {
            THRESHOLDS.min_related_confidence
        } else {
            THRESHOLDS.min_confidence
        })
    }
}

/// Selection of pairs to compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PairSelection {
    /// Every stem with every other.
    All,
    /// Every stem with the one of this number, a mix that holds them.
    With(usize),
}
