//! Parameters of the features that alignment keeps of a stem.

/// Number of bands.
pub(super) const BANDS: usize = 10;

/// Thresholds, in the units that end their names.
pub(crate) struct Thresholds {
    /// Amplitude above which a stem has begun: −100 dBFS, the least that 16 bits hold.
    pub(crate) start_amplitude: f32,
    /// Samples written to and read from the file at once. Their bytes take a small buffer, which is
    /// reused.
    pub(crate) spool_samples: usize,
    /// Least rate after decimation. Half of it still carries most of an instrument's sound.
    pub(crate) min_decimated_hz: f64,
    /// Taps of the low-pass on each side of the middle, in frames of the decimated rate.
    pub(crate) decimator_reach_frames: usize,
    /// Edge of the low-pass, as a share of the decimated rate.
    pub(crate) decimator_edge_share: f64,
    /// Rate of the levels in frequency bands.
    pub(crate) level_rate_hz: f64,
    /// Edges of these bands.
    pub(crate) band_edges_hz: [f64; BANDS + 1],
    /// Power, as a share of a band's mean, below which everything counts as equally soft.
    pub(crate) soft_power_share: f64,
    /// Degree of whitening of the cross-spectrum: 1 would keep only the phase.
    pub(crate) whitening_exponent: f32,
    /// Least height of a candidate over the RMS of all lags.
    pub(crate) min_candidate_peak_to_rms: f64,
    /// Distance from a candidate up to which lags belong to it, in envelope frames.
    pub(crate) candidate_reach_frames: usize,
}

/// Thresholds in use.
pub(crate) const THRESHOLDS: Thresholds = Thresholds {
    start_amplitude: 1e-5,
    spool_samples: 8_192,
    min_decimated_hz: 5_000.0,
    decimator_reach_frames: 6,
    decimator_edge_share: 0.42,
    level_rate_hz: 100.0,
    band_edges_hz: [60.0, 120.0, 200.0, 320.0, 500.0, 800.0, 1_300.0, 2_100.0, 3_400.0, 5_500.0, 10_000.0],
    soft_power_share: 1e-2,
    whitening_exponent: 0.7,
    min_candidate_peak_to_rms: 4.0,
    candidate_reach_frames: 8,
};
