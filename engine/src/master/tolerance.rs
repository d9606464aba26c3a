//! Tolerances of the written master.

/// Largest deviation of the written file's loudness from the target, in LU.
pub const LOUDNESS_TOLERANCE_LU: f64 = 0.05;
/// Excess over the ceiling at which it counts as missed, in dB. The limiter's detector and the
/// meter may differ by this much; both are 8 times oversampled and refined.
pub const TRUE_PEAK_TOLERANCE_DB: f64 = 0.02;
