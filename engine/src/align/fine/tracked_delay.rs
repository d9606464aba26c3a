//! A delay tracked along both stems, segment by segment.

use super::cross_spectrum::PooledSpectrum;
use super::cross_spectrum::SegmentMeasurement;
use super::segment::SegmentCorrelator;
use crate::resample::TimeMap;

/// Result of the segments along a time map.
pub(crate) struct TrackedDelay {
    pub(crate) correlator: SegmentCorrelator,
    pub(crate) time_map: TimeMap,
    pub(crate) measured: Vec<SegmentMeasurement>,
    pub(crate) pooled: PooledSpectrum,
    /// Time and delay of every segment, and of those that are on the time map.
    pub(crate) exact: Vec<(f64, f64)>,
    pub(crate) on: Vec<(f64, f64)>,
    pub(crate) delay_sd: f64,
    pub(crate) drift_sd: f64,
    /// Deviation of segments from the time map beyond what noise causes, in frames.
    pub(crate) wander: f64,
}
