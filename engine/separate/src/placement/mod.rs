//! Position of the stems against the song: delay, polarity and gain of their sum.

mod correlation;

pub(crate) use correlation::{Correlator, Peak};

/// Position of the sum of the stems against the song. The stems that are written have been moved by
/// the delay; gain and polarity are theirs as they came.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Placement {
    /// Frames by which the stems came late; negative if early. At most 32 768 either way.
    pub(crate) delay_frames: i64,
    /// True if the sum has the opposite polarity of the song.
    pub(crate) is_inverted: bool,
    /// Factor that takes the placed sum to the song with the least square error; not negative.
    pub(crate) gain: f64,
    /// Correlation of the placed sum with the song, 0 to 1.
    pub(crate) correlation: f64,
    /// False if song and sum have too little in common: then nothing was moved or scaled.
    pub(crate) is_found: bool,
}

/// Correlation below which no position is derived: the sum would null by 0.4 dB at most.
const LEAST_CORRELATION: f64 = 0.3;

impl Placement {
    /// Returns the delay to be taken out; `None` where the streams have too little in common.
    pub(crate) fn delay_of(peak: &Peak) -> Option<i64> {
        (peak.correlation >= LEAST_CORRELATION).then_some(peak.delay)
    }

    /// Returns the position from the delay that was found, and the products of the song and the
    /// placed sum: song × sum, song², sum².
    pub(crate) fn new(delay: Option<i64>, products: f64, song_energy: f64, sum_energy: f64) -> Self {
        let energy = (song_energy * sum_energy).sqrt();
        let correlation = if energy > 0.0 { (products.abs() / energy).min(1.0) } else { 0.0 };
        match delay.filter(|_| correlation > 0.0) {
            Some(delay_frames) => {
                let gain = products / sum_energy;
                Self { delay_frames, is_inverted: gain < 0.0, gain: gain.abs(), correlation, is_found: true }
            }
            None => Self { delay_frames: 0, is_inverted: false, gain: 1.0, correlation, is_found: false },
        }
    }

    /// Returns the factor with its sign.
    pub(crate) fn factor(&self) -> f64 {
        if self.is_inverted { -self.gain } else { self.gain }
    }
}
