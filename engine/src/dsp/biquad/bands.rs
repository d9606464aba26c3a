//! Settings of the filters of a session.

use crate::dsp::settings::settings;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::f64::consts::FRAC_1_SQRT_2;
use std::ops::RangeInclusive;

/// Accepted frequencies, in hertz; also below Nyquist of the session.
pub const FREQUENCY_HZ: RangeInclusive<f64> = 1.0..=384_000.0;
/// Accepted quality factors.
pub const Q: RangeInclusive<f64> = 0.05..=100.0;
/// Accepted gains of a bell or a shelf, in decibels.
pub const BAND_GAIN_DB: RangeInclusive<f64> = -48.0..=48.0;

/// Slope of a pass filter: 6 dB per octave for each order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Slope(pub(super) u32);

impl Slope {
    /// Accepted slopes, in dB per octave.
    pub const CHOICES: [u32; 8] = [6, 12, 18, 24, 30, 36, 42, 48];

    /// Returns the filter's order, 1 to 8.
    pub fn order(self) -> usize {
        (self.0 / 6) as usize
    }
}

impl Default for Slope {
    /// Returns 12 dB per octave.
    fn default() -> Self {
        Self(12)
    }
}

impl TryFrom<u32> for Slope {
    type Error = String;
    fn try_from(db: u32) -> Result<Self, String> {
        if Self::CHOICES.contains(&db) { Ok(Self(db)) } else { Err(format!("{db} is not one of {:?}", Self::CHOICES)) }
    }
}

impl From<Slope> for u32 {
    fn from(slope: Slope) -> u32 {
        slope.0
    }
}

impl JsonSchema for Slope {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Slope".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "description": "Slope in dB an octave.", "enum": Self::CHOICES })
    }
}

/// Way from the analogue prototype of a filter to its sections.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Design {
    /// Follows the prototype up to 20 kHz at 44.1 kHz.
    #[default]
    Matched,
    /// The bilinear transform of the Audio EQ Cookbook, which narrows towards Nyquist. The sound of
    /// version 0.1.
    Cookbook,
}

settings! {
    /// Butterworth high-pass or low-pass.
    pub struct PassFilter;

    /// Frequency at which the response is −3.01 dB, in hertz.
    cutoff_hz: f64, in FREQUENCY_HZ;
    /// Slope: 6, 12, 18 … 48 dB per octave.
    slope_db_per_octave: Slope = Slope::default();
    /// Design: matched follows the analogue curve up to 20 kHz, cookbook is that of version 0.1.
    design: Design = Design::Matched;
}

settings! {
    /// Bell: a boost or cut around one frequency.
    pub struct BellBand;

    /// Centre, in hertz.
    frequency_hz: f64, in FREQUENCY_HZ;
    /// Gain at the centre, in decibels.
    gain_db: f64, in BAND_GAIN_DB;
    /// Quality factor: centre over bandwidth.
    q: f64 = 1.0, in Q;
    /// Design: matched follows the analogue curve up to 20 kHz, cookbook is that of version 0.1.
    design: Design = Design::Matched;
}

settings! {
    /// Shelf: a boost or cut of everything on one side of a frequency.
    pub struct ShelfBand;

    /// Frequency at which half of the gain (in dB) is reached, in hertz.
    frequency_hz: f64, in FREQUENCY_HZ;
    /// Gain of the shelf, in decibels.
    gain_db: f64, in BAND_GAIN_DB;
    /// Quality factor; 0.7071 is the steepest without overshoot.
    q: f64 = FRAC_1_SQRT_2, in Q;
    /// Design: matched follows the analogue curve up to 20 kHz, cookbook is that of version 0.1.
    design: Design = Design::Matched;
}

settings! {
    /// Notch: removes one frequency.
    pub struct NotchBand;

    /// Removed frequency, in hertz.
    frequency_hz: f64, in FREQUENCY_HZ;
    /// Quality factor: the higher, the narrower.
    q: f64 = 1.0, in Q;
}

settings! {
    /// All-pass of second order.
    pub struct AllPassBand;

    /// Frequency at which the phase has turned by 180 degrees, in hertz.
    frequency_hz: f64, in FREQUENCY_HZ;
    /// Quality factor: the higher, the faster the phase turns.
    q: f64 = FRAC_1_SQRT_2, in Q;
}
