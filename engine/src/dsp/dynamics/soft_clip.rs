//! Soft clipper settings.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The ceilings taken, in dBFS.
pub(super) const CEILING_DB: (f64, f64) = (-24.0, 0.0);
/// The drives taken, in decibels.
pub(super) const DRIVE_DB: (f64, f64) = (0.0, 48.0);

/// Settings of the soft clipper. What stays below the knee passes unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SoftClipSettings {
    /// Level that the clipped signal approaches, in dBFS.
    #[serde(default)]
    #[schemars(range(min = CEILING_DB.0, max = CEILING_DB.1))]
    pub ceiling_db: f64,
    /// Gain before the clipper, in decibels.
    #[serde(default)]
    #[schemars(range(min = DRIVE_DB.0, max = DRIVE_DB.1))]
    pub drive_db: f64,
    /// Share of the range below the ceiling that is bent: 0 is a hard clip, 1 bends from zero on.
    #[serde(default = "defaults::softness")]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub softness: f64,
    /// 0 is the input, 1 the clipped signal.
    #[serde(default = "defaults::mix")]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub mix: f64,
}

mod defaults {
    pub(super) fn softness() -> f64 {
        0.5
    }
    pub(super) fn mix() -> f64 {
        1.0
    }
}
