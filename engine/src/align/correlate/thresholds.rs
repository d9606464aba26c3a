//! Parameters of cross-correlation.

/// Thresholds, in the units that end their names.
pub(crate) struct Thresholds {
    /// Lower edge of the compared band: above rumble and hum.
    pub(crate) min_band_hz: f64,
    /// Upper edge of the compared band: below what lossy coders discard.
    pub(crate) max_band_hz: f64,
    /// Upper edge of the compared band, as a share of the rate. Decimation attenuates what lies
    /// above.
    pub(crate) max_band_share: f64,
    /// Longest block transformed at once, or a multiple of the largest delay where that is longer.
    /// Short blocks keep the inverse transform of every pair short. Long ones lose less where the
    /// two blocks of a delayed pair do not overlap.
    pub(crate) max_block_s: f64,
    /// That multiple of the largest delay.
    pub(crate) max_block_to_lag: usize,
    /// Length of the fade at each end of a block. Without it, two stems cut at the same frame would
    /// share the cut.
    pub(crate) fade_s: f64,
    /// Bins this far below the mean power of a block (−120 dB) hold rounding, not sound.
    pub(crate) min_bin_power_share: f32,
    /// Width over which spectra are levelled before the search for repeats. It removes timbre and
    /// keeps the lines of a loop.
    pub(crate) levelling_hz: f64,
    /// Half the width of a peak. Lags and reflections nearer than this belong to it.
    pub(crate) lobe_s: f64,
    /// Lags processed together: their sum of squares and their highest value in lanes of f32.
    pub(crate) chunk_lags: usize,
}

/// Thresholds in use.
pub(crate) const THRESHOLDS: Thresholds = Thresholds {
    min_band_hz: 60.0,
    max_band_hz: 12_000.0,
    max_band_share: 0.42,
    max_block_s: 10.0,
    max_block_to_lag: 5,
    fade_s: 0.25,
    min_bin_power_share: 1e-12,
    levelling_hz: 50.0,
    lobe_s: 0.001,
    chunk_lags: 1_024,
};
