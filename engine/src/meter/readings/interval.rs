//! Intervals of a series.

use crate::units::SampleRate;

/// Milliseconds between the rows of a series.
pub const INTERVAL_MS: u32 = 100;

/// Returns the frame at which an interval begins: exact for any rate, without drift.
pub(crate) fn interval_start(rate: SampleRate, interval: u64) -> u64 {
    const INTERVALS_A_SECOND: u64 = 1000 / INTERVAL_MS as u64;
    (interval * u64::from(rate.hz()) + INTERVALS_A_SECOND / 2) / INTERVALS_A_SECOND
}
