//! Settings of the filters of a session.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Accepted frequencies, in hertz; also below Nyquist of the session.
pub const FREQUENCY_HZ: (f64, f64) = (1.0, 384_000.0);
/// Accepted quality factors.
pub const Q: (f64, f64) = (0.05, 100.0);
/// Accepted gains of a bell or a shelf, in decibels.
pub const BAND_GAIN_DB: (f64, f64) = (-48.0, 48.0);

/// Slope of a pass filter: 6 dB per octave for each order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Slope(u32);

impl Slope {
    /// Accepted slopes, in dB per octave.
    pub const CHOICES: [u32; 8] = [6, 12, 18, 24, 30, 36, 42, 48];

    /// Returns the filter's order, 1 to 8.
    pub fn order(self) -> usize {
        (self.0 / 6) as usize
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

fn twelve() -> Slope {
    Slope(12)
}

fn butterworth() -> f64 {
    std::f64::consts::FRAC_1_SQRT_2
}

fn one() -> f64 {
    1.0
}

/// Butterworth high-pass or low-pass.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PassFilter {
    /// Frequency at which the response is −3.01 dB, in hertz.
    #[schemars(range(min = FREQUENCY_HZ.0, max = FREQUENCY_HZ.1))]
    pub cutoff_hz: f64,
    /// Slope: 6, 12, 18 … 48 dB per octave.
    #[serde(default = "twelve")]
    pub slope_db_per_octave: Slope,
}

/// Bell: a boost or cut around one frequency.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BellBand {
    /// Centre, in hertz.
    #[schemars(range(min = FREQUENCY_HZ.0, max = FREQUENCY_HZ.1))]
    pub frequency_hz: f64,
    /// Gain at the centre, in decibels.
    #[schemars(range(min = BAND_GAIN_DB.0, max = BAND_GAIN_DB.1))]
    pub gain_db: f64,
    /// Quality factor: centre over bandwidth.
    #[serde(default = "one")]
    #[schemars(range(min = Q.0, max = Q.1))]
    pub q: f64,
}

/// Shelf: a boost or cut of everything on one side of a frequency.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShelfBand {
    /// Frequency at which half of the gain (in dB) is reached, in hertz.
    #[schemars(range(min = FREQUENCY_HZ.0, max = FREQUENCY_HZ.1))]
    pub frequency_hz: f64,
    /// Gain of the shelf, in decibels.
    #[schemars(range(min = BAND_GAIN_DB.0, max = BAND_GAIN_DB.1))]
    pub gain_db: f64,
    /// Quality factor; 0.7071 is the steepest without overshoot.
    #[serde(default = "butterworth")]
    #[schemars(range(min = Q.0, max = Q.1))]
    pub q: f64,
}

/// Notch: removes one frequency.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NotchBand {
    /// Removed frequency, in hertz.
    #[schemars(range(min = FREQUENCY_HZ.0, max = FREQUENCY_HZ.1))]
    pub frequency_hz: f64,
    /// Quality factor: the higher, the narrower.
    #[serde(default = "one")]
    #[schemars(range(min = Q.0, max = Q.1))]
    pub q: f64,
}

/// All-pass of second order.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AllPassBand {
    /// Frequency at which the phase has turned by 180 degrees, in hertz.
    #[schemars(range(min = FREQUENCY_HZ.0, max = FREQUENCY_HZ.1))]
    pub frequency_hz: f64,
    /// Quality factor: the higher, the faster the phase turns.
    #[serde(default = "butterworth")]
    #[schemars(range(min = Q.0, max = Q.1))]
    pub q: f64,
}
