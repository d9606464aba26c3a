//! Parameters of fine estimation: segments, their agreement, the direct path and a wandering clock.

/// Thresholds, in the units that end their names.
pub(crate) struct Thresholds {
    /// Most segments along the stems.
    pub(crate) max_segments: usize,
    /// The same where the drift of a clock may change.
    pub(crate) max_segments_of_bends: usize,
    /// Length of short segments; less where the stems have less in common.
    pub(crate) short_segment_s: f64,
    /// Length of long segments; less where the stems have less in common.
    pub(crate) long_segment_s: f64,
    /// Least length of a segment.
    pub(crate) min_segment_frames: usize,
    /// Fewest segments whose bins are weighted by coherence.
    pub(crate) min_weighted_segments: usize,
    /// Share of short segments that must agree; otherwise longer ones are measured.
    pub(crate) min_segment_share: f64,
    /// Confidence from which a search with bins weighted by coherence is not needed as well.
    pub(crate) min_sure_confidence: f64,
    /// Reach of a segment around the coarse time map at first.
    pub(crate) first_reach_frames: usize,
    /// Reach of a segment around a corrected time map.
    pub(crate) reach_frames: usize,
    /// Reach at first where the drift may change.
    pub(crate) bends_reach_frames: usize,
    /// Largest distance of a segment's peak from the time map that still agrees.
    pub(crate) max_deviation_frames: f64,
    /// Most rounds of measuring along the last time map.
    pub(crate) max_rounds: usize,
    /// Change of the time map below which no further round is needed.
    pub(crate) min_change_frames: f64,
    /// Taps that read between samples. The table takes as long to build as a segment to measure.
    pub(crate) interpolation_taps: usize,
    /// Least length of the inverse transform of a segment, in multiples of its reach. Neighbouring
    /// bins are added up as long as it remains. The phases of a group then differ by less than a
    /// sixtieth of a turn.
    pub(crate) min_lags_to_reach: usize,
    /// Cosines of a window that are turned on from one to the next before one is computed anew.
    pub(crate) cosine_run_frames: usize,

    /// Bins that are averaged for the coherence, on either side.
    pub(crate) coherence_reach_bins: usize,
    /// Largest coherence used: weights grow without end towards 1.
    pub(crate) max_coherence: f64,
    /// Most steps of Newton's method.
    pub(crate) max_newton_steps: usize,
    /// Step of Newton's method from which it stops.
    pub(crate) min_newton_step_frames: f64,
    /// Largest difference between the delays of both halves that still agree, two standard
    /// deviations added. It is the error at which a delay still counts as right.
    pub(crate) max_halves_difference_frames: f64,

    /// Lags on either side whose RMS the peak is measured against.
    pub(crate) field_lags: usize,
    /// Lags on either side of the peak that are kept for a picture.
    pub(crate) picture_lags: usize,
    /// Edges of the separately measured bands.
    pub(crate) band_edges_hz: [f64; 7],
    /// Least mean coherence of a band with something in common.
    pub(crate) min_band_coherence: f64,
    /// Peak-to-RMS of a band that suffices instead. Chance reaches 4.25 among 8193 lags.
    pub(crate) min_band_peak_to_rms: f64,

    /// Largest distance of reflections from the peak. Beyond it, on the quiet side, only chance is
    /// left.
    pub(crate) max_reflection_s: f64,
    /// Least height of a lag that stands out over the RMS of the quiet side.
    pub(crate) min_arrival_to_rms: f32,
    /// Least height of the direct path, as a share of the highest reflection.
    pub(crate) min_arrival_height_share: f32,
    /// Ratio of the RMS of both sides at which the quieter one is decided by that alone.
    pub(crate) min_side_ratio: f32,
    /// Ratio of the steepness of start and end, where both sides are about as quiet.
    pub(crate) min_steepness_ratio: f64,
    /// Least ratio of the power after the direct path to the power before it.
    pub(crate) min_power_ratio: f64,
    /// Time before and after an edge over which its steepness is measured.
    pub(crate) edge_s: f64,

    /// Largest distance of segments from the time map by a clock that wanders.
    pub(crate) max_wander_frames: f64,
    /// Least deviation that indicates a wandering clock, in bounds of noise.
    pub(crate) min_wander_to_noise: f64,
    /// Length of a segment that measures flutter: 43 ms at 48 kHz. Flutter of 6 Hz covers a seventh
    /// of its cycle in it.
    pub(crate) flutter_segment_frames: usize,
    /// Distance from one of these segments to the next.
    pub(crate) flutter_hop_frames: usize,
    /// Number of these segments in a row.
    pub(crate) flutter_row_segments: usize,
    /// Most places along the stems, each measured by two rows.
    pub(crate) max_flutter_places: usize,
    /// Reach of these segments on either side of the time map.
    pub(crate) flutter_reach_frames: usize,
    /// Least height of their peaks, as a share of the greatest possible. Another instrument in
    /// them swings as it plays.
    pub(crate) min_flutter_height_share: f32,
    /// Least swing that is accepted, in deviations of chance.
    pub(crate) min_swing_sd: f64,
    /// Largest distance of a clock from its middle: √2 of a sine, and a fifth for what is not
    /// known.
    pub(crate) max_swing_sd: f64,
    /// Share of pairs that differ most from the others, and do not count.
    pub(crate) trimmed_share: f64,
    /// Factor for the part of flutter that stays hidden, as it turns on from one of these segments
    /// to the next: at 6 Hz, 0.7 are left.
    pub(crate) hidden_swing_factor: f64,
}

/// Thresholds in use.
pub(crate) const THRESHOLDS: Thresholds = Thresholds {
    max_segments: 16,
    max_segments_of_bends: 48,
    short_segment_s: 1.4,
    long_segment_s: 5.9,
    min_segment_frames: 64,
    min_weighted_segments: 13,
    min_segment_share: 0.9,
    min_sure_confidence: 0.995,
    first_reach_frames: 96,
    reach_frames: 24,
    bends_reach_frames: 512,
    max_deviation_frames: 1.5,
    max_rounds: 3,
    min_change_frames: 0.005,
    interpolation_taps: 32,
    min_lags_to_reach: 64,
    cosine_run_frames: 64,

    coherence_reach_bins: 8,
    max_coherence: 0.99,
    max_newton_steps: 8,
    min_newton_step_frames: 1e-4,
    max_halves_difference_frames: 3.0,

    field_lags: 4_096,
    picture_lags: 48,
    band_edges_hz: [60.0, 200.0, 600.0, 1_500.0, 3_500.0, 7_000.0, 12_000.0],
    min_band_coherence: 0.02,
    min_band_peak_to_rms: 6.4,

    max_reflection_s: 0.06,
    min_arrival_to_rms: 7.0,
    min_arrival_height_share: 0.3,
    min_side_ratio: 1.3,
    min_steepness_ratio: 2.0,
    min_power_ratio: 2.0,
    edge_s: 0.01,

    max_wander_frames: 12.0,
    min_wander_to_noise: 4.0,
    flutter_segment_frames: 2_048,
    flutter_hop_frames: 1_024,
    flutter_row_segments: 9,
    max_flutter_places: 16,
    flutter_reach_frames: 32,
    min_flutter_height_share: 0.5,
    min_swing_sd: 4.5,
    max_swing_sd: 1.7,
    trimmed_share: 0.1,
    hidden_swing_factor: 1.4,
};
