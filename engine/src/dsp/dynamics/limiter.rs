//! True-peak limiter settings.

use super::compressor::RELEASE_MS;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The ceilings taken, in dBTP.
pub(super) const CEILING_DBTP: (f64, f64) = (-30.0, 0.0);
/// The look-aheads taken, in milliseconds.
pub(super) const LOOK_AHEAD_MS: (f64, f64) = (0.5, 20.0);

/// Settings of the true-peak limiter. What stays below the ceiling passes unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LimiterSettings {
    /// Highest true peak let through, in dBTP.
    #[serde(default = "defaults::ceiling_dbtp")]
    #[schemars(range(min = CEILING_DBTP.0, max = CEILING_DBTP.1))]
    pub ceiling_dbtp: f64,
    /// How far it sees ahead, in milliseconds; delays the signal, and the mix makes up for it.
    #[serde(default = "defaults::look_ahead_ms")]
    #[schemars(range(min = LOOK_AHEAD_MS.0, max = LOOK_AHEAD_MS.1))]
    pub look_ahead_ms: f64,
    /// Time constant of rising gain after a single peak, in milliseconds; longer after sustained limiting.
    #[serde(default = "defaults::release_ms")]
    #[schemars(range(min = RELEASE_MS.0, max = RELEASE_MS.1))]
    pub release_ms: f64,
}

mod defaults {
    pub(super) fn ceiling_dbtp() -> f64 {
        -1.0
    }
    pub(super) fn look_ahead_ms() -> f64 {
        5.0
    }
    pub(super) fn release_ms() -> f64 {
        80.0
    }
}

impl Default for LimiterSettings {
    fn default() -> Self {
        Self {
            ceiling_dbtp: defaults::ceiling_dbtp(),
            look_ahead_ms: defaults::look_ahead_ms(),
            release_ms: defaults::release_ms(),
        }
    }
}
