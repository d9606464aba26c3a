//! Evidence required before a delay is accepted, and tolerances of the decision per stem.

/// Peak-to-RMS that chance reaches among the lags around a peak: √(2 ln 8193).
const CHANCE_PEAK_TO_RMS: f64 = 4.25;

/// Thresholds, in the units that end their names.
pub(crate) struct Thresholds {
    /// Peak-to-RMS that chance reaches among the lags around a peak.
    pub(crate) chance_peak_to_rms: f64,
    /// Least peak-to-RMS of an accepted pair.
    pub(crate) min_peak_to_rms: f64,
    /// Least peak-to-RMS where both halves of the coherent bins agree. Noise in all other bins
    /// hides the peak, and is no evidence against it.
    pub(crate) min_halves_peak_to_rms: f64,
    /// Peak-to-RMS below which stems count as unrelated: unrelated stems reach 5. Stems above it
    /// may share a source, so that a further search is worth its time.
    pub(crate) max_unrelated_peak_to_rms: f64,
    /// Least share of segments on one line.
    pub(crate) min_segment_share: f64,
    /// Least ratio of the first to the second peak.
    pub(crate) min_peak_ratio: f64,
    /// Least peak-to-RMS for stems that are known to be related.
    pub(crate) min_related_peak_to_rms: f64,
    /// Least share of segments on one line for such stems.
    pub(crate) min_related_segment_share: f64,
    /// Least ratio of the first to the second peak for such stems.
    pub(crate) min_related_peak_ratio: f64,
    /// Log odds added when both halves of the coherent bins agree. It was fitted with three of 264
    /// generated cases counted as wrong, one more than were. Of the 130 of `calibration` none is
    /// wrong now: it is modest.
    pub(crate) halves_agree_log_odds: f64,
    /// Standard deviation of a delay from reading between samples.
    pub(crate) interpolation_sd_frames: f64,
    /// Standard deviation of the delay within a session. Its edges outweigh every measured one.
    pub(crate) session_sd_frames: f64,
    /// Largest difference between two ways round the graph.
    pub(crate) max_loop_error_frames: f64,
    /// Most rounds of relaxation: groups are small and closely knit.
    pub(crate) max_relaxation_rounds: usize,
    /// Delays below this are in time already.
    pub(crate) min_delay_frames: f64,
    /// Delays nearer to whole frames than this are taken as whole.
    pub(crate) min_fraction_frames: f64,
    /// Drifts that change the delay over a stem by less than this count as none.
    pub(crate) min_drift_frames: f64,
}

/// Thresholds in use.
pub(crate) const THRESHOLDS: Thresholds = Thresholds {
    chance_peak_to_rms: CHANCE_PEAK_TO_RMS,
    min_peak_to_rms: 2.4 * CHANCE_PEAK_TO_RMS,
    min_halves_peak_to_rms: 1.5 * CHANCE_PEAK_TO_RMS,
    max_unrelated_peak_to_rms: 6.5,
    min_segment_share: 0.6,
    min_peak_ratio: 1.5,
    min_related_peak_to_rms: 6.0,
    min_related_segment_share: 0.4,
    min_related_peak_ratio: 1.1,
    halves_agree_log_odds: 1.75,
    interpolation_sd_frames: 0.01,
    session_sd_frames: 1e-3,
    max_loop_error_frames: 3.0,
    max_relaxation_rounds: 200,
    min_delay_frames: 0.02,
    min_fraction_frames: 0.01,
    min_drift_frames: 0.1,
};
