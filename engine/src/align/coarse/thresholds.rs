//! Limits of the coarse search: peaks, segments that confirm them, repeats and rivals.

/// Thresholds, in the units that end their names.
pub(crate) struct Thresholds {
    /// Least peak-to-RMS of the whole correlation whose peak segments examine.
    pub(crate) min_peak_to_rms: f64,
    /// The same in multiples of the peak-to-RMS that chance reaches.
    pub(crate) min_peak_to_chance: f64,
    /// Peak-to-RMS from which two stems share something, wherever it lies. Unrelated stems of one
    /// song reach 12.
    pub(crate) min_sharing_peak_to_rms: f64,
    /// Peak-to-RMS from which short segments suffice.
    pub(crate) min_strong_peak_to_rms: f64,
    /// Peak-to-RMS that a segment is made long enough to expect, if noise averages out as it
    /// should.
    pub(crate) segment_peak_to_rms: f64,
    /// Most envelope candidates that are examined.
    pub(crate) max_candidates: usize,
    /// Largest difference between clocks that envelope candidates allow, as a share. It is the
    /// reach of the segments at the ends of the stems.
    pub(crate) max_envelope_drift_share: f64,

    /// Most segments measured.
    pub(crate) max_segments: usize,
    /// Fewest segments needed for a vote.
    pub(crate) min_segments: usize,
    /// Least length of a segment.
    pub(crate) min_segment_s: f64,
    /// Reach of a segment on either side of a delay that a correlation suggests.
    pub(crate) segment_reach_s: f64,
    /// Segments more than 60 dB below the mean power of their stem are not measured: power.
    pub(crate) min_segment_power_share: f64,
    /// Largest distance of a segment from the line, in decimated frames.
    pub(crate) max_deviation_frames: f64,
    /// Least share of segments that must agree before a fine search.
    pub(crate) min_segment_share: f64,
    /// Largest decimal logarithm of the chance that as many segments agree at random.
    pub(crate) max_log_chance: f64,

    /// Power above which a stem sounds, as a share of its power in loud passages: −40 dB.
    pub(crate) min_sounding_power_share: f64,
    /// Time before and after a sound that counts as part of it. A click is all that a segment
    /// needs.
    pub(crate) sounding_margin_s: f64,
    /// Share of the common time from which both stems are taken to sound throughout.
    pub(crate) min_throughout_share: f64,

    /// Least correlation at another delay that is examined, as a share of that at the first.
    pub(crate) min_repeat_height_share: f64,
    /// Least energy of the stems' overlap at another delay, as a share of that at the first.
    pub(crate) min_overlap_share: f64,
    /// Length of the segments that search one stem for repeats.
    pub(crate) repeat_segment_s: f64,
    /// Ratio of segment peak heights from which coherence is not compared: a paste is identical.
    pub(crate) min_paste_height_ratio: f64,

    /// Least height of a rival, in multiples of the height that chance reaches among all lags.
    /// Chance exceeds it once in 10 000 pairs.
    pub(crate) min_rival_to_chance: f64,
    /// Least height of a rival, as a share of the peak.
    pub(crate) min_rival_height_share: f64,
    /// Share of the longest possible overlap from which an overlap is long. A paste of that length
    /// is the stem itself.
    pub(crate) min_long_overlap_share: f64,
    /// Least length of a lower rival's overlap, as a multiple of a short overlap.
    pub(crate) min_longer_overlap_ratio: f64,
    /// Least height of such a rival, as a share of the peak. Where 35 of 60 seconds are shared,
    /// repeated playing reaches a sixth. A pasted take of 8 seconds has rivals from a third on.
    pub(crate) min_longer_rival_height_share: f64,
}

/// Thresholds in use.
pub(crate) const THRESHOLDS: Thresholds = Thresholds {
    min_peak_to_rms: 7.0,
    min_peak_to_chance: 1.5,
    min_sharing_peak_to_rms: 16.0,
    min_strong_peak_to_rms: 40.0,
    segment_peak_to_rms: 20.0,
    max_candidates: 5,
    max_envelope_drift_share: 600e-6,

    max_segments: 12,
    min_segments: 5,
    min_segment_s: 0.25,
    segment_reach_s: 0.02,
    min_segment_power_share: 1e-6,
    max_deviation_frames: 2.0,
    min_segment_share: 0.5,
    max_log_chance: -4.0,

    min_sounding_power_share: 1e-4,
    sounding_margin_s: 0.25,
    min_throughout_share: 0.8,

    min_repeat_height_share: 0.7,
    min_overlap_share: 0.2,
    repeat_segment_s: 1.0,
    min_paste_height_ratio: 0.97,

    min_rival_to_chance: 1.3,
    min_rival_height_share: 0.7,
    min_long_overlap_share: 0.5,
    min_longer_overlap_ratio: 1.5,
    min_longer_rival_height_share: 0.25,
};
