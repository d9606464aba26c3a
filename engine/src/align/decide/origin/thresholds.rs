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
};
