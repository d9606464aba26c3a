//! Curves that are read at any time.

use crate::onsets::{FRAME_RATE, quantile};

/// Values at the frames of [`crate::onsets`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Curve(Vec<f32>);

impl Curve {
    /// Wraps one value for each frame.
    pub fn new(values: Vec<f32>) -> Self {
        Self(values)
    }

    /// Scales values so that strong ones are 1, and limits them to 1.5. Values below `least` as the
    /// strong ones are not raised further.
    pub fn scaled(values: &[f32], least: f32) -> Self {
        let strong = quantile(values, 0.98).max(least);
        Self(values.iter().map(|value| (value / strong).min(1.5)).collect())
    }

    /// Interpolates values of another rate, in frames a second, to `length` frames.
    pub fn resampled(values: &[f32], rate: f64, length: usize) -> Self {
        Self((0..length).map(|frame| interpolate(values, frame as f64 * rate / FRAME_RATE)).collect())
    }

    /// Returns the values.
    pub fn values(&self) -> &[f32] {
        &self.0
    }

    /// Returns the length in seconds.
    pub fn seconds(&self) -> f64 {
        self.0.len() as f64 / FRAME_RATE
    }

    /// Returns the largest value up to `reach` frames from a time in seconds, 0 outside.
    pub fn largest_near(&self, time_s: f64, reach: usize) -> f64 {
        let frame = (time_s * FRAME_RATE).round() as isize;
        let first = (frame - reach as isize).clamp(0, self.0.len() as isize) as usize;
        let end = (frame + reach as isize + 1).clamp(first as isize, self.0.len() as isize) as usize;
        f64::from(self.0[first..end].iter().copied().fold(0.0, f32::max))
    }
}

/// Returns the value between two frames, 0 outside.
pub(super) fn interpolate(values: &[f32], frame: f64) -> f32 {
    let index = frame.floor() as usize;
    let at = |index: usize| values.get(index).copied().unwrap_or(0.0);
    let share = (frame - index as f64) as f32;
    at(index) * (1.0 - share) + at(index + 1) * share
}
