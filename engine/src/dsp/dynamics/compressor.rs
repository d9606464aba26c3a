//! Compressor settings.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The thresholds taken, in dBFS.
pub const THRESHOLD_DB: (f64, f64) = (-80.0, 0.0);
/// The ratios taken.
pub const RATIO: (f64, f64) = (1.0, 100.0);
/// The knee widths taken, in decibels.
pub const KNEE_DB: (f64, f64) = (0.0, 40.0);
/// The attack times taken, in milliseconds.
pub const ATTACK_MS: (f64, f64) = (0.01, 1_000.0);
/// The release times taken, in milliseconds.
pub const RELEASE_MS: (f64, f64) = (1.0, 10_000.0);
/// The make-up gains taken, in decibels.
pub const MAKEUP_DB: (f64, f64) = (-24.0, 48.0);
/// The look-aheads taken, in milliseconds.
pub const LOOK_AHEAD_MS: (f64, f64) = (0.0, 50.0);

/// What a detector follows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Detector {
    /// The sample's magnitude.
    #[default]
    Peak,
    /// The root of the mean square over about 10 ms.
    Rms,
}

/// Settings of the compressor. A ratio of 1 changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CompressorSettings {
    /// Level where compression begins, in dBFS.
    #[schemars(range(min = THRESHOLD_DB.0, max = THRESHOLD_DB.1))]
    pub threshold_db: f64,
    /// Decibels in for one decibel out above the threshold.
    #[schemars(range(min = RATIO.0, max = RATIO.1))]
    pub ratio: f64,
    /// Width of the soft knee around the threshold, in decibels; 0 is a hard knee.
    #[serde(default = "defaults::knee_db")]
    #[schemars(range(min = KNEE_DB.0, max = KNEE_DB.1))]
    pub knee_db: f64,
    /// Time constant of falling gain, in milliseconds.
    #[serde(default = "defaults::attack_ms")]
    #[schemars(range(min = ATTACK_MS.0, max = ATTACK_MS.1))]
    pub attack_ms: f64,
    /// Time constant of rising gain, in milliseconds.
    #[serde(default = "defaults::release_ms")]
    #[schemars(range(min = RELEASE_MS.0, max = RELEASE_MS.1))]
    pub release_ms: f64,
    /// Gain after compression, in decibels.
    #[serde(default)]
    #[schemars(range(min = MAKEUP_DB.0, max = MAKEUP_DB.1))]
    pub makeup_db: f64,
    /// What the detector follows.
    #[serde(default)]
    pub detector: Detector,
    /// How far the detector sees ahead, in milliseconds; delays the signal, and the mix makes up for it.
    #[serde(default)]
    #[schemars(range(min = LOOK_AHEAD_MS.0, max = LOOK_AHEAD_MS.1))]
    pub look_ahead_ms: f64,
    /// 0 is the input, 1 the compressed signal, between them parallel compression.
    #[serde(default = "defaults::mix")]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub mix: f64,
}

mod defaults {
    pub(super) fn knee_db() -> f64 {
        6.0
    }
    pub(super) fn attack_ms() -> f64 {
        10.0
    }
    pub(super) fn release_ms() -> f64 {
        120.0
    }
    pub(super) fn mix() -> f64 {
        1.0
    }
}
