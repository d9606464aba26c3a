//! Readings over time: one row every 100 ms.

use super::reading::{amplitude_db, power_db, rounded};
use crate::units::SampleRate;
use serde::{Deserialize, Serialize};

/// Milliseconds between the rows of a series.
pub const INTERVAL_MS: u32 = 100;

/// The frame at which an interval begins: exact for any rate, without drift.
pub(crate) fn interval_start(rate: SampleRate, interval: u64) -> u64 {
    const INTERVALS_A_SECOND: u64 = 1000 / INTERVAL_MS as u64;
    (interval * u64::from(rate.hz()) + INTERVALS_A_SECOND / 2) / INTERVALS_A_SECOND
}

/// Readings over time. Value i of each vector covers the time from i to i + 1 intervals; the last interval may be shorter.
/// Levels are rounded to 0.01 dB, `None` (JSON `null`) where there is no reading: f32 holds that and takes half the memory.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MeterSeries {
    /// Milliseconds between values: 100.
    pub interval_ms: u32,
    /// The largest sample of all channels, dBFS.
    pub peak_dbfs: Vec<Option<f32>>,
    /// Root mean square of all channels, dBFS (−3.01 for a full-scale sine).
    pub rms_dbfs: Vec<Option<f32>>,
    /// Momentary loudness (400 ms) at the end of the interval, LUFS.
    pub momentary_lufs: Vec<Option<f32>>,
    /// Short-term loudness (3 s) at the end of the interval, LUFS.
    pub short_term_lufs: Vec<Option<f32>>,
    /// True peak of all channels, dBTP; up to 40 frames late.
    pub true_peak_dbtp: Vec<Option<f32>>,
    /// Correlation of the first two channels, −1 to 1, rounded to 0.001.
    pub correlation: Vec<Option<f32>>,
    /// Mean square of all channels, linear (0.5 for a full-scale sine), four significant digits.
    pub energy: Vec<f64>,
}

/// One row, unrounded: what a live meter shows. In f32, but for the power of what is beyond all measure: an hour
/// of 64 tracks is two million rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeterRow {
    /// The largest sample magnitude, linear.
    pub peak: f32,
    /// The mean square of all channels, linear.
    pub mean_square: f64,
    /// Momentary loudness at the end of the row, LUFS.
    pub momentary_lufs: Option<f32>,
    /// Short-term loudness at the end of the row, LUFS.
    pub short_term_lufs: Option<f32>,
    /// The true peak, linear.
    pub true_peak: f32,
    /// Correlation of the first two channels.
    pub correlation: Option<f32>,
}

impl MeterSeries {
    /// The rows as columns, rounded.
    pub fn from_rows(rows: &[MeterRow]) -> Self {
        fn column(rows: &[MeterRow], decimals: i32, value: impl Fn(&MeterRow) -> Option<f64>) -> Vec<Option<f32>> {
            rows.iter().map(|row| value(row).map(|value| rounded(value, decimals) as f32)).collect()
        }
        Self {
            interval_ms: INTERVAL_MS,
            peak_dbfs: column(rows, 2, |row| amplitude_db(f64::from(row.peak))),
            rms_dbfs: column(rows, 2, |row| power_db(row.mean_square)),
            momentary_lufs: column(rows, 2, |row| row.momentary_lufs.map(f64::from)),
            short_term_lufs: column(rows, 2, |row| row.short_term_lufs.map(f64::from)),
            true_peak_dbtp: column(rows, 2, |row| amplitude_db(f64::from(row.true_peak))),
            correlation: column(rows, 3, |row| row.correlation.map(f64::from)),
            energy: rows.iter().map(|row| significant(row.mean_square)).collect(),
        }
    }
}

/// The nearest number of four significant digits.
fn significant(value: f64) -> f64 {
    // By way of its decimal form: a power of ten times an integer is not exact in binary and would print all its digits.
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
