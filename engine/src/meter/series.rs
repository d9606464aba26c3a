//! Readings over time: one row every 100 ms.

use super::reading::{amplitude_db, power_db, rounded};
use crate::units::SampleRate;
use serde::{Deserialize, Serialize};

/// Milliseconds between the rows of a series.
pub const INTERVAL_MS: u32 = 100;

/// Returns the frame at which an interval begins: exact for any rate, without drift.
pub(crate) fn interval_start(rate: SampleRate, interval: u64) -> u64 {
    const INTERVALS_A_SECOND: u64 = 1000 / INTERVAL_MS as u64;
    (interval * u64::from(rate.hz()) + INTERVALS_A_SECOND / 2) / INTERVALS_A_SECOND
}

/// Readings over time. Value i of each vector covers the time from i to i + 1 intervals; the last
/// interval may be shorter. Levels are rounded to 0.01 dB, `None` (JSON `null`) where there is no
/// reading: f32 holds that and takes half the memory.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MeterSeries {
    /// Milliseconds between values: 100.
    pub interval_ms: u32,
    /// Largest sample of all channels, dBFS.
    pub peak_dbfs: Vec<Option<f32>>,
    /// Root mean square of all channels, dBFS (−3.01 for a full-scale sine).
    pub rms_dbfs: Vec<Option<f32>>,
    /// Momentary loudness (400 ms) at the end of the interval, LUFS.
    pub momentary_lufs: Vec<Option<f32>>,
    /// Short-term loudness (3 s) at the end of the interval, LUFS.
    pub short_term_lufs: Vec<Option<f32>>,
    /// True peak of all channels, dBTP; delayed by up to 40 frames.
    pub true_peak_dbtp: Vec<Option<f32>>,
    /// Correlation of the first two channels, −1 to 1, rounded to 0.001.
    pub correlation: Vec<Option<f32>>,
    /// Mean square of all channels, linear (0.5 for a full-scale sine), four significant digits.
    pub energy: Vec<f64>,
}

/// One row, unrounded, for a live meter. Values are f32 (an hour of 64 tracks is two million rows),
/// but for the mean square, which may exceed the range of f32.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeterRow {
    /// Largest sample magnitude, linear.
    pub peak: f32,
    /// Mean square of all channels, linear.
    pub mean_square: f64,
    /// Momentary loudness at the end of the row, LUFS.
    pub momentary_lufs: Option<f32>,
    /// Short-term loudness at the end of the row, LUFS.
    pub short_term_lufs: Option<f32>,
    /// True peak, linear.
    pub true_peak: f32,
    /// Correlation of the first two channels.
    pub correlation: Option<f32>,
}

impl MeterRow {
    /// Returns the value for [`MeterSeries::peak_dbfs`].
    pub(crate) fn peak_dbfs(&self) -> Option<f32> {
        narrow(amplitude_db(f64::from(self.peak)), 2)
    }

    /// Returns the value for [`MeterSeries::rms_dbfs`].
    pub(crate) fn rms_dbfs(&self) -> Option<f32> {
        narrow(power_db(self.mean_square), 2)
    }

    /// Returns the value for [`MeterSeries::momentary_lufs`].
    pub(crate) fn rounded_momentary_lufs(&self) -> Option<f32> {
        narrow(self.momentary_lufs.map(f64::from), 2)
    }

    /// Returns the value for [`MeterSeries::short_term_lufs`].
    pub(crate) fn rounded_short_term_lufs(&self) -> Option<f32> {
        narrow(self.short_term_lufs.map(f64::from), 2)
    }

    /// Returns the value for [`MeterSeries::true_peak_dbtp`].
    pub(crate) fn true_peak_dbtp(&self) -> Option<f32> {
        narrow(amplitude_db(f64::from(self.true_peak)), 2)
    }

    /// Returns the value for [`MeterSeries::correlation`].
    pub(crate) fn rounded_correlation(&self) -> Option<f32> {
        narrow(self.correlation.map(f64::from), 3)
    }

    /// Returns the value for [`MeterSeries::energy`].
    pub(crate) fn energy(&self) -> f64 {
        significant(self.mean_square)
    }
}

fn narrow(value: Option<f64>, decimals: i32) -> Option<f32> {
    value.map(|value| rounded(value, decimals) as f32)
}

impl MeterSeries {
    /// Returns the rows as columns, rounded.
    pub fn from_rows(rows: &[MeterRow]) -> Self {
        Self {
            interval_ms: INTERVAL_MS,
            peak_dbfs: rows.iter().map(MeterRow::peak_dbfs).collect(),
            rms_dbfs: rows.iter().map(MeterRow::rms_dbfs).collect(),
            momentary_lufs: rows.iter().map(MeterRow::rounded_momentary_lufs).collect(),
            short_term_lufs: rows.iter().map(MeterRow::rounded_short_term_lufs).collect(),
            true_peak_dbtp: rows.iter().map(MeterRow::true_peak_dbtp).collect(),
            correlation: rows.iter().map(MeterRow::rounded_correlation).collect(),
            energy: rows.iter().map(MeterRow::energy).collect(),
        }
    }
}

/// Returns the nearest number of four significant digits.
fn significant(value: f64) -> f64 {
    // By way of its decimal form: a power of ten times an integer is not exact in binary and would
    // print all its digits.
    format!("{value:.3e}").parse().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn energy_keeps_four_digits_at_any_size() {
        assert_eq!([0.0, 0.123_456, 1.234_56e-12].map(significant), [0.0, 0.1235, 1.235e-12]);
    }
}
