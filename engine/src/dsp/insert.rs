//! Everything that can stand in a track's, a bus's or the master's chain: one list.

use super::biquad::{AllPassBand, BellBand, NotchBand, PassFilter, ShelfBand};
use super::delay::DelaySettings;
use super::dynamics::{CompressorSettings, GateSettings, LimiterSettings, SoftClipSettings};
use super::gain::GainSettings;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One processor of a chain, named by its `type`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Insert {
    /// Butterworth high-pass.
    HighPass(PassFilter),
    /// Butterworth low-pass.
    LowPass(PassFilter),
    /// Bell (peaking) equaliser.
    Bell(BellBand),
    /// Low shelf.
    LowShelf(ShelfBand),
    /// High shelf.
    HighShelf(ShelfBand),
    /// Notch.
    Notch(NotchBand),
    /// All-pass: turns the phase, keeps the level.
    AllPass(AllPassBand),
    /// Compressor, stereo-linked.
    Compressor(CompressorSettings),
    /// Gate or downward expander, stereo-linked.
    Gate(GateSettings),
    /// Soft clipper, four times oversampled.
    SoftClip(SoftClipSettings),
    /// Gain.
    Gain(GainSettings),
    /// Delay.
    Delay(DelaySettings),
    /// True-peak limiter, stereo-linked.
    Limiter(LimiterSettings),
}
