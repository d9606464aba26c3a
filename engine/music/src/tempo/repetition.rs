//! Repetition of a curve after each lag.

use super::curve::interpolate;
use crate::onsets::FRAME_RATE;
use mixdown_fft::RealPlanner;

/// Longest lag, in seconds.
const LONGEST_S: f64 = 12.0;
/// Periods whose repetition counts.
const PERIODS: usize = 6;

/// Autocorrelation of a curve, 1 without lag, without a bias towards short lags.
#[derive(Debug, Clone, PartialEq)]
pub struct Repetition(Vec<f32>);

impl Repetition {
    /// Computes the repetition of a curve with one value for each frame of [`crate::onsets`].
    pub fn new(curve: &[f32]) -> Self {
        let count = curve.len().min((LONGEST_S * FRAME_RATE) as usize);
        if curve.len() < 2 {
            return Self(vec![0.0; count]);
        }
        let mean = curve.iter().sum::<f32>() / curve.len() as f32;
        let size = (curve.len() + count).next_power_of_two();
        let mut planner = RealPlanner::new();
        let (forward, inverse) = (planner.forward(size), planner.inverse(size));
        let (mut input, mut bins) = (forward.make_input_vec(), forward.make_output_vec());
        for (input, value) in input.iter_mut().zip(curve) {
            *input = value - mean;
        }
        // Buffers of a transform have its lengths, and powers are real: there is no error.
        let _ = forward.process(&mut input, &mut bins);
        for bin in &mut bins {
            *bin = (*bin * bin.conj()).re.into();
        }
        let _ = inverse.process(&mut bins, &mut input);
        let unit = input[0] / curve.len() as f32;
        let share = |lag: usize| input[lag] / (curve.len() - lag) as f32 / unit.max(f32::MIN_POSITIVE);
        Self((0..count).map(share).collect())
    }

    /// Returns the mean repetition after whole numbers of periods, less half of that after odd
    /// halves. Periods are in seconds; the result is about -1 to 1.
    pub fn of_period(&self, period_s: f64) -> f64 {
        let period = period_s * FRAME_RATE;
        let (mut whole, mut halves, mut count) = (0.0, 0.0, 0.0);
        for number in 1..=PERIODS {
            let lag = number as f64 * period;
            if lag + 1.0 >= self.0.len() as f64 {
                break;
            }
            whole += f64::from(interpolate(&self.0, lag));
            halves += f64::from(interpolate(&self.0, lag - period / 2.0));
            count += 1.0;
        }
        if count == 0.0 { 0.0 } else { (whole - 0.5 * halves) / count }
    }

    /// Returns the largest repetition up to `reach` frames from a lag in seconds, 0 beyond the
    /// longest.
    pub fn largest_near(&self, lag_s: f64, reach: usize) -> f64 {
        let frame = (lag_s * FRAME_RATE).round() as usize;
        let near = self.0.get(frame.saturating_sub(reach)..=frame + reach);
        near.map_or(0.0, |near| f64::from(near.iter().copied().fold(-1.0, f32::max)))
    }

    /// Returns the repetition after one lag in seconds, 0 beyond the longest.
    pub fn after(&self, lag_s: f64) -> f64 {
        f64::from(interpolate(&self.0, lag_s * FRAME_RATE))
    }
}
