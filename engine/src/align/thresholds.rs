//! Limits of alignment as a whole: stems and pairs that are compared, and delays that compete.

/// Thresholds, in the units that end their names.
pub(crate) struct Thresholds {
    /// Least confidence of an accepted delay.
    pub(crate) min_confidence: f64,
    /// The same for stems that are known to be related.
    pub(crate) min_related_confidence: f64,
    /// Least length of a stem that is compared.
    pub(crate) min_stem_s: f64,
    /// Stems that stay below this peak (−120 dBFS) are silent.
    pub(crate) min_peak_amplitude: f32,
    /// Most pairs compared between two checks whether to stop.
    pub(crate) max_pairs_per_check: usize,
    /// Least number of progress reports in each of three steps.
    pub(crate) min_reports_per_step: usize,
    /// Most decimated frames of all stems together that are held in memory and correlated as a
    /// whole. Beyond that, envelopes and segments must do.
    pub(crate) max_decimated_frames: usize,
    /// Most decimated frames of one stem that are transformed at once.
    pub(crate) max_transform_frames: usize,
    /// Most session frames of all stems together whose envelopes are transformed once and kept. A
    /// quarter of an hour of sixteen stems takes 115 MB.
    pub(crate) max_enveloped_frames: usize,
    /// Least share of segments that agree on another delay that fits as well, relative to the share
    /// that agrees on the first.
    pub(crate) min_rival_segment_share: f64,
    /// Least height of the peaks of segments there, as a share of the height at the first. Notes
    /// that return, played again, reach a third.
    pub(crate) min_rival_height_share: f64,
    /// Coherence at one delay from which no noise hides a difference.
    pub(crate) min_clear_coherence: f64,
    /// Least coherence at another delay that fits then, as a share of that at the first.
    pub(crate) min_rival_coherence_share: f64,
}

/// Thresholds in use.
pub(crate) const THRESHOLDS: Thresholds = Thresholds {
    min_confidence: 0.99,
    min_related_confidence: 0.5,
    min_stem_s: 1.25,
    min_peak_amplitude: 1e-6,
    max_pairs_per_check: 32,
    min_reports_per_step: 8,
    max_decimated_frames: 24 << 20,
    max_transform_frames: 5 << 20,
    max_enveloped_frames: 16 * 3_600 * 48_000 / 4,
    min_rival_segment_share: 0.7,
    min_rival_height_share: 0.7,
    min_clear_coherence: 0.9,
    min_rival_coherence_share: 0.85,
};
