//! Styles of the limiter, and the times of each.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Way in which a limiter turns down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LimiterStyle {
    /// One smooth reduction that holds for the longest waves: the least distortion.
    #[default]
    Clean,
    /// A level that is turned down slowly, and short dips for the peaks above it: closer to the
    /// source, and louder for the same gain.
    Balanced,
    /// As balanced, with shorter dips and a level that falls faster: the loudest under heavy
    /// limiting.
    Loud,
}

/// Times of a style with stages.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct StageTimes {
    /// Most that the base turns down, in octaves.
    pub(super) base_octaves: f64,
    /// Time constant with which the level falls, in milliseconds.
    pub(super) charge_ms: f64,
    /// Time constant with which the level recovers, in release times of the settings.
    pub(super) discharge: f64,
    /// Longest look-ahead of the dips, in milliseconds: their attack.
    pub(super) look_ahead_ms: f64,
}

impl LimiterStyle {
    /// Returns the times of the stages; `None` for the style with one.
    pub(super) fn stage_times(self) -> Option<StageTimes> {
        match self {
            Self::Clean => None,
            Self::Balanced => {
                Some(StageTimes { base_octaves: 0.35, charge_ms: 300.0, discharge: 0.25, look_ahead_ms: 4.5 })
            }
            Self::Loud => {
                Some(StageTimes { base_octaves: 0.55, charge_ms: 175.0, discharge: 0.375, look_ahead_ms: 3.4 })
            }
        }
    }
}
