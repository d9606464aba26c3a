//! Ranges that several dynamics accept.

use std::ops::RangeInclusive;

/// Accepted thresholds, in dBFS.
pub(super) const THRESHOLD_DB: RangeInclusive<f64> = -80.0..=0.0;
/// Accepted ratios; at 100 a compressor holds the level and an expander is a gate.
pub(super) const RATIO: RangeInclusive<f64> = 1.0..=100.0;
/// Accepted attack times, in milliseconds.
pub(super) const ATTACK_MS: RangeInclusive<f64> = 0.01..=1_000.0;
/// Accepted release times, in milliseconds.
pub(super) const RELEASE_MS: RangeInclusive<f64> = 1.0..=10_000.0;
/// Accepted frequencies of a detector's filters, in hertz; 0 for none.
pub(super) const DETECTOR_HZ: RangeInclusive<f64> = 0.0..=20_000.0;
/// Accepted look-aheads of a detector, in milliseconds.
pub(super) const LOOK_AHEAD_MS: RangeInclusive<f64> = 0.0..=50.0;
