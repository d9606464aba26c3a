//! Evidence required before two stems count as recordings by devices that started on their own.

/// Thresholds, in the units that end their names.
pub(crate) struct Thresholds {
    /// Lengths that differ by no more are equal: rate conversion rounds up to a whole frame.
    pub(crate) same_length_frames: u64,
    /// Delays below this are paths through the air of one room, or the latency of a plug-in: 20 m
    /// of sound.
    pub(crate) acoustic_s: f64,
    /// Delays up to this are musical: a bar at 80 beats per minute.
    pub(crate) musical_s: f64,
    /// A drift is accepted when it is this many of its standard deviations long …
    pub(crate) drift_deviations: f64,
    /// … moves the stems by this much over their common length …
    pub(crate) drift_frames: f64,
    /// … and by this many times more than its clock wanders: a quartz does not, a modulated delay
    /// does …
    pub(crate) drift_over_wander: f64,
    /// … and is no more than two quartz clocks of ±50 ppm differ by; beyond it a modulated delay is
    /// likelier.
    pub(crate) drift_ppm: f64,
    /// Length of digital silence within a recording that an input never produces.
    pub(crate) inner_silence_s: f64,
    /// Length of digital silence at the start of a recording that no device needs to start its
    /// converter.
    pub(crate) leading_silence_s: f64,
    /// Noise above this, from 60 Hz to 8 kHz, comes from an input: the dither of 16 bits lies at
    /// −98 dBFS there.
    pub(crate) input_noise_dbfs: f64,
    /// Largest share of the earlier stem's noise in the later one, three standard deviations added.
    /// An effect holds all of it.
    pub(crate) shared_noise: f64,
    /// Level at which a stem still sounds, as a share of its loud passages: power.
    pub(crate) sounding: f64,
    /// From this share of its power in loud passages on, a stem is loud: power.
    pub(crate) loud: f64,
    /// Longest time in which one stem is loud where the other does not sound: recordings of one
    /// event sound together.
    pub(crate) alone_s: f64,
    /// Least distance of a quiet passage below the loud passages where noise is compared, in dB.
    /// Above it is music.
    pub(crate) quiet_below_db: f64,
    /// Least share of segments that agree on a delay beyond musical ones.
    pub(crate) far_share: f64,
    /// Samples up to this count as digital silence: −130 dBFS, above the dither of 24 bits, below
    /// that of 16.
    pub(crate) digital_silence_amplitude: f32,
    /// Largest ratio of the level of steady noise between hops: power.
    pub(crate) max_steady_ratio: f64,
    /// Largest distance of a delay from the louder path of mutual bleed that still follows it.
    pub(crate) max_path_deviation_frames: f64,

    /// Length of a segment whose noise is compared: a room's first reflections fit.
    pub(crate) noise_segment_s: f64,
    /// Most segments of each kind, loud and quiet.
    pub(crate) max_noise_segments: usize,
    /// Fewest segments of each kind that count as evidence.
    pub(crate) min_noise_segments: usize,
    /// Most places that are searched for quiet segments.
    pub(crate) max_quiet_places: usize,
    /// Lower edge of the band in which noise is compared: above rumble and hum.
    pub(crate) min_noise_hz: f64,
    /// Upper edge of that band: below what coders discard.
    pub(crate) max_noise_hz: f64,
    /// Least coherence of loud passages for a bin to count.
    pub(crate) min_coherence: f64,
    /// Fewest such bins.
    pub(crate) min_coherent_bins: usize,

    /// Least delay of a path. Below it, a path does not matter and cannot be separated from the
    /// other.
    pub(crate) min_path_s: f64,
    /// Extent of a path on either side: its filter, and the spread by a clock that wanders.
    pub(crate) path_reach_s: f64,
    /// Reflections up to this delay after a path belong to it.
    pub(crate) path_tail_s: f64,
    /// Lags beyond the longest path, where only chance is left.
    pub(crate) chance_s: f64,
    /// Least height of a second path, in deviations of the lags around it, once the first one is
    /// removed. Copies of twenty stems, filtered, noisy, drifting or under another instrument,
    /// leave 9. Bleed of 15 to 30 dB leaves 11 to 70.
    pub(crate) min_path_sd: f32,
    /// Largest height of other peaks on the same side, as a share of a path. A path is one peak;
    /// others nearly as high are the images of a stem that resembles itself.
    pub(crate) max_beside_height_share: f32,
    /// Least share of the later stem's power that is left once the known path is removed. It is the
    /// stem's own source, which may be ten decibels softer than the bleed into it. Edges of blocks,
    /// fractions of frames and late reflections leave 0.06 of a copy.
    pub(crate) min_own_power_share: f32,
    /// Length of a block in which bleed is measured.
    pub(crate) bleed_block_s: f64,

    /// Least delay that may have feedback: below, the reflections of a room are as dense.
    pub(crate) min_feedback_s: f64,
    /// Largest delay that may have feedback: above, no effect's delay is as long.
    pub(crate) max_feedback_s: f64,
    /// Length of a block in which copies are measured, in delays.
    pub(crate) feedback_block_delays: f64,
    /// Least height of the second copy, in deviations.
    pub(crate) min_second_copy_sd: f32,
    /// Least height of the third copy, in deviations.
    pub(crate) min_third_copy_sd: f32,
    /// Least height of a copy, as a multiple of its image. A stem that resembles itself has an
    /// image of a copy on the other side of the first.
    pub(crate) min_copy_to_image: f32,
    /// Largest distance of a copy from its multiple of the delay, in decimated frames.
    pub(crate) max_copy_deviation_frames: i64,

    /// Most blocks along the stems from which a response is measured.
    pub(crate) max_response_blocks: usize,
    /// Power added to each bin of a response, as a share of the mean. Bins without sound are no
    /// evidence.
    pub(crate) response_ridge_share: f32,
    /// Least power left of the second stem, as a share of its power. Less is an effect of the
    /// blocks' edges.
    pub(crate) min_rest_power_share: f32,
    /// Steps of the conjugate gradients. The rest changes by less than a thousandth after these.
    pub(crate) max_gradient_steps: usize,
    /// Power added to each bin before a path is removed, as a share of the mean. Bins without sound
    /// explain nothing.
    pub(crate) removal_ridge_share: f32,
}

/// Thresholds in use.
pub(crate) const THRESHOLDS: Thresholds = Thresholds {
    same_length_frames: 2,
    acoustic_s: 0.06,
    musical_s: 3.0,
    drift_deviations: 8.0,
    drift_frames: 0.5,
    drift_over_wander: 50.0,
    drift_ppm: 100.0,
    inner_silence_s: 0.1,
    leading_silence_s: 0.1,
    input_noise_dbfs: -91.0,
    shared_noise: 0.4,
    sounding: 3e-3,
    loud: 0.1,
    alone_s: 0.15,
    quiet_below_db: 12.0,
    far_share: 0.75,
    digital_silence_amplitude: 3e-7,
    max_steady_ratio: 4.0,
    max_path_deviation_frames: 3.0,

    noise_segment_s: 0.09,
    max_noise_segments: 32,
    min_noise_segments: 8,
    max_quiet_places: 8_192,
    min_noise_hz: 60.0,
    max_noise_hz: 8_000.0,
    min_coherence: 0.25,
    min_coherent_bins: 30,

    min_path_s: 4e-4,
    path_reach_s: 1.5e-3,
    path_tail_s: 0.12,
    chance_s: 0.12,
    min_path_sd: 10.0,
    max_beside_height_share: 0.85,
    min_own_power_share: 0.1,
    bleed_block_s: 0.7,

    min_feedback_s: 0.04,
    max_feedback_s: 4.0,
    feedback_block_delays: 8.0,
    min_second_copy_sd: 8.0,
    min_third_copy_sd: 5.0,
    min_copy_to_image: 1.5,
    max_copy_deviation_frames: 2,

    max_response_blocks: 96,
    response_ridge_share: 0.02,
    min_rest_power_share: 1e-3,
    max_gradient_steps: 24,
    removal_ridge_share: 0.003,
};
