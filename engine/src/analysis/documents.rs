//! Documents that a render writes: `meters.json`, and the name of `spectrum.json`'s form.

use crate::meter::{Measurement, MeterSeries};
use serde::{Deserialize, Serialize};

/// Form of `spectrum.json`. The number rises when a reader of the last form would misread the new
/// one.
pub const SPECTRUM_SCHEMA: &str = "mixdown.spectrum/1";
/// Form of `meters.json`.
pub const METERS_SCHEMA: &str = "mixdown.meters/1";

/// Content of `meters.json`, for readers that load it whole; a render writes it part by part. All
/// numbers are rounded (see [`MeterSeries`] and [`Measurement::rounded`]).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MetersDocument {
    /// [`METERS_SCHEMA`].
    pub schema: String,
    /// Milliseconds between the values of every series: 100.
    pub interval_ms: u32,
    /// Master as written.
    pub master: MasterMeters,
    /// Tracks, in session order.
    pub tracks: Vec<StripMeters>,
    /// Buses, in session order.
    #[serde(default)]
    pub buses: Vec<StripMeters>,
}

/// Meters of the master.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MasterMeters {
    /// Readings every 100 ms.
    pub series: MeterSeries,
    /// Largest gain reduction of the limiter per 100 ms, 0 or more, dB; empty without a limiter.
    pub gain_reduction_db: Vec<f64>,
    /// Readings of the whole.
    pub summary: Measurement,
}

/// Meters of one track or bus.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StripMeters {
    /// Name in the session.
    pub name: String,
    /// Readings every 100 ms.
    pub series: MeterSeries,
    /// Readings of the whole.
    pub summary: Measurement,
}
