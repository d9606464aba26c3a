//! Settings of alignment: which stems may move, how far, and with how much confidence.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The confidence from which an offset is believed, and the same for stems that are known to be
/// related.
pub(super) const LEAST_CONFIDENCE: (f64, f64) = (0.99, 0.5);

/// Which stems that share a source are moved.
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

/// What to look for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AlignSettings {
    /// Which stems that share a source are moved.
    pub mode: Mode,
    /// The largest offset between two stems that is looked for, in seconds, either way; without it,
    /// any that lets them overlap.
    pub max_offset_s: Option<f64>,
    /// The confidence, 0 to 1, from which an offset is believed; without it 0.99, or 0.5 for stems
    /// that are known to be related.
    pub min_confidence: Option<f64>,
    /// The stems are known to share a source: less evidence will do.
    pub assume_related: bool,
    /// The stem, by its number, against which the others are moved; without it, the one that lets
    /// the fewest move, and of equals the earliest.
    pub reference: Option<usize>,
}

impl AlignSettings {
    /// For stems that are looked for in a mix that is said to hold them: less evidence will do, but
    /// a chance of 0.95 is asked for.
    pub fn in_mix() -> Self {
        Self { assume_related: true, min_confidence: Some(0.95), ..Self::default() }
    }

    pub(super) fn least_confidence(&self) -> f64 {
        self.min_confidence.unwrap_or(if self.assume_related { LEAST_CONFIDENCE.1 } else { LEAST_CONFIDENCE.0 })
    }
}

/// Which pairs are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pairs {
    /// Every stem with every other.
    All,
    /// Every stem with the one of this number, a mix that holds them.
    With(usize),
}
