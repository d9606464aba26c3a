//! Sources of the table, from which its rows take their values.

use super::IntervalMeters;
use crate::meter::means::Means;
use crate::meter::{LoudnessMeter, PeakMeter};
use crate::units::SampleRate;

/// Levels of an interval.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Interval<'a> {
    /// Largest sample magnitude, linear.
    pub(crate) peak: f64,
    /// Mean square of all channels, linear.
    pub(crate) mean_square: f64,
    /// Momentary loudness at the end of the interval, LUFS.
    pub(crate) momentary_lufs: Option<f64>,
    /// Short-term loudness at the end of the interval, LUFS.
    pub(crate) short_term_lufs: Option<f64>,
    /// True peak, linear.
    pub(crate) true_peak: f64,
    /// Correlation of the first two channels.
    pub(crate) correlation: Option<f64>,
    /// Further meters, which have ended the interval; `None` live.
    pub(crate) meters: Option<&'a IntervalMeters>,
}

/// Meters of a programme that has ended.
pub(crate) struct Whole<'a> {
    pub(crate) rate: SampleRate,
    pub(crate) channels: usize,
    pub(crate) frames: u64,
    /// Integrated loudness, LUFS.
    pub(crate) integrated_lufs: Option<f64>,
    /// Loudness range, LU.
    pub(crate) loudness_range_lu: Option<f64>,
    /// True peak, dBTP.
    pub(crate) true_peak_dbtp: Option<f64>,
    /// Root mean square, dBFS.
    pub(crate) rms_dbfs: Option<f64>,
    pub(in crate::meter) peak: &'a PeakMeter,
    pub(in crate::meter) means: &'a Means,
    pub(in crate::meter) loudness: &'a LoudnessMeter,
    pub(in crate::meter) meters: &'a IntervalMeters,
}

/// Returns the ratio of two levels in decibels, if both exist.
pub(super) fn difference(of: Option<f64>, to: Option<f64>) -> Option<f64> {
    Some(of? - to?)
}
