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

    /// Returns the correlation with the other curve some seconds before and after, -1 to 1.
    pub(crate) fn coincidence(&self, other: &Self, lag_s: f64) -> f64 {
        let lag = (lag_s * FRAME_RATE).round() as usize;
        let (count, least) = (self.0.len().min(other.0.len()), 2);
        if count < lag + least {
            return 0.0;
        }
        let (one, two) = (mean_and_spread(&self.0), mean_and_spread(&other.0));
        let product = |early: &[f32], late: &[f32], means: (f32, f32)| -> f32 {
            early.iter().zip(&late[lag..]).map(|(early, late)| (early - means.0) * (late - means.1)).sum()
        };
        let (ours, theirs) = (&self.0[..count], &other.0[..count]);
        let sum = product(ours, theirs, (one.0, two.0)) + product(theirs, ours, (two.0, one.0));
        f64::from(sum / (2 * (count - lag)) as f32 / (one.1 * two.1))
    }

    /// Returns the largest value up to `reach` frames from a time in seconds, 0 outside.
    pub fn largest_near(&self, time_s: f64, reach: usize) -> f64 {
        let frame = (time_s * FRAME_RATE).round() as isize;
        let first = (frame - reach as isize).clamp(0, self.0.len() as isize) as usize;
        let end = (frame + reach as isize + 1).clamp(first as isize, self.0.len() as isize) as usize;
        f64::from(self.0[first..end].iter().copied().fold(0.0, f32::max))
    }
}

/// Returns the mean and the spread of values; the spread is at least a little above 0.
fn mean_and_spread(values: &[f32]) -> (f32, f32) {
    let count = values.len().max(1) as f32;
    let mean = values.iter().sum::<f32>() / count;
    let variance = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f32>() / count;
    (mean, variance.sqrt().max(1e-6))
}

/// Returns the value between two frames, 0 outside.
pub(super) fn interpolate(values: &[f32], frame: f64) -> f32 {
    let index = frame.floor() as usize;
    let at = |index: usize| values.get(index).copied().unwrap_or(0.0);
    let share = (frame - index as f64) as f32;
    at(index) * (1.0 - share) + at(index + 1) * share
}
