//! Tolerances of the written master.

/// How near the written file's loudness must come to the target, in LU.
pub const LOUDNESS_TOLERANCE_LU: f64 = 0.05;
/// How far above the ceiling a meter may read before the ceiling counts as missed, in dB: what the
/// limiter's own detector and the meter, both 8 times oversampled and refined, may differ by.
pub const TRUE_PEAK_TOLERANCE_DB: f64 = 0.02;
