//! Gate settings.

use super::compressor::{ATTACK_MS, LOOK_AHEAD_MS, RELEASE_MS, THRESHOLD_DB};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The hysteresis widths taken, in decibels.
pub const HYSTERESIS_DB: (f64, f64) = (0.0, 24.0);
/// The hold times taken, in milliseconds.
pub const HOLD_MS: (f64, f64) = (0.0, 5_000.0);
/// The ranges taken, in decibels of attenuation.
pub const RANGE_DB: (f64, f64) = (0.0, 120.0);
/// The expansion ratios taken; at 100 it is a gate.
pub const RATIO: (f64, f64) = (1.0, 100.0);

/// Settings of the gate. A ratio of 1, or a range of 0 dB, changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GateSettings {
    /// Level above which the gate opens, in dBFS.
    #[schemars(range(min = THRESHOLD_DB.0, max = THRESHOLD_DB.1))]
    pub threshold_db: f64,
    /// How far below the threshold the level must fall before the gate closes, in decibels.
    #[serde(default = "defaults::hysteresis_db")]
    #[schemars(range(min = HYSTERESIS_DB.0, max = HYSTERESIS_DB.1))]
    pub hysteresis_db: f64,
    /// Decibels out for one decibel in below the threshold: 2 expands gently, 100 gates.
    #[serde(default = "defaults::ratio")]
    #[schemars(range(min = RATIO.0, max = RATIO.1))]
    pub ratio: f64,
    /// The most attenuation, in decibels.
    #[serde(default = "defaults::range_db")]
    #[schemars(range(min = RANGE_DB.0, max = RANGE_DB.1))]
    pub range_db: f64,
    /// Time constant of opening, in milliseconds.
    #[serde(default = "defaults::attack_ms")]
    #[schemars(range(min = ATTACK_MS.0, max = ATTACK_MS.1))]
    pub attack_ms: f64,
    /// How long the gate stays open after the level has fallen, in milliseconds.
    #[serde(default = "defaults::hold_ms")]
    #[schemars(range(min = HOLD_MS.0, max = HOLD_MS.1))]
    pub hold_ms: f64,
    /// Time constant of closing, in milliseconds.
    #[serde(default = "defaults::release_ms")]
    #[schemars(range(min = RELEASE_MS.0, max = RELEASE_MS.1))]
    pub release_ms: f64,
    /// How far the detector sees ahead, in milliseconds; delays the signal, and the mix makes up for it.
    #[serde(default)]
    #[schemars(range(min = LOOK_AHEAD_MS.0, max = LOOK_AHEAD_MS.1))]
    pub look_ahead_ms: f64,
}

mod defaults {
    pub(super) fn hysteresis_db() -> f64 {
        3.0
    }
    pub(super) fn ratio() -> f64 {
        100.0
    }
    pub(super) fn range_db() -> f64 {
        60.0
    }
    pub(super) fn attack_ms() -> f64 {
        1.0
    }
    pub(super) fn hold_ms() -> f64 {
        50.0
    }
    pub(super) fn release_ms() -> f64 {
        100.0
    }
}
