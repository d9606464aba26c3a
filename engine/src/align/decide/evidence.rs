//! Evidence for the delay of a pair of stems.

use super::thresholds::THRESHOLDS;
use crate::resample::TimeMap;

/// Measured delay of one stem against another, with its evidence.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PairEvidence {
    pub(crate) time_map: TimeMap,
    /// One standard deviation of the delay in the middle of the stems, in frames.
    pub(crate) delay_sd: f64,
    /// One standard deviation of the drift before the first change, as a share.
    pub(crate) drift_sd: f64,
    /// Deviation of segments from the time map beyond what noise would cause, in frames: a clock
    /// that wanders.
    pub(crate) wander: f64,
    /// Middle of the segments, in frames of the first stem.
    pub(crate) at: f64,
    pub(crate) polarity: i8,
    /// Measured segments, and those whose peak is on the time map.
    pub(crate) segments: usize,
    pub(crate) agreeing: usize,
    /// Pooled peak of all segments over the deviation of the lags around it.
    pub(crate) z: f64,
    /// Peak over the next highest.
    pub(crate) ratio: f64,
    /// Bands with something in common, and those that agree on the delay.
    pub(crate) bands: usize,
    pub(crate) bands_agreeing: usize,
    /// Both halves of the coherent bins agree on the delay; false if the bins are not weighted by
    /// coherence.
    pub(crate) halves_agree: bool,
    /// One stem comes from a microphone in a room: peaks after the direct path are reflections, and
    /// do not count.
    pub(crate) in_room: bool,
    /// Distance of the direct path from the peak, in frames. `None` where it is the peak.
    pub(crate) direct: Option<f64>,
    /// Correlation around the peak, lags −48 to +48 frames; 1 where all phases agree.
    pub(crate) picture: Vec<f32>,
}

impl PairEvidence {
    /// Sets the deviation of the delay that is reported. A drift extrapolates it to frame 0, and a
    /// clock that wanders adds to it at any time.
    pub(crate) fn with_reported_deviation(mut self) -> Self {
        let carried = if self.time_map.drift == 0.0 { 0.0 } else { self.drift_sd * self.at };
        self.delay_sd = self.delay_sd.hypot(carried).hypot(self.wander).hypot(THRESHOLDS.interpolation_sd_frames);
        self
    }
}
