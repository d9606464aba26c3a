//! Plans of transforms.

use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};
use rustfft::{Fft, FftPlanner};
use std::fmt;
use std::sync::Arc;

/// Returns the transform of `length` complex samples.
#[inline(never)]
pub fn complex_forward(length: usize) -> Arc<dyn Fft<f32>> {
    FftPlanner::new().plan_fft_forward(length)
}

/// Planner of transforms between real samples and bins. It keeps its plans: planning takes as long
/// as a few transforms.
pub struct RealPlanner(RealFftPlanner<f32>);

impl RealPlanner {
    /// Creates a planner without plans.
    #[inline(never)]
    pub fn new() -> Self {
        Self(RealFftPlanner::new())
    }

    /// Returns the transform of `length` samples to `length / 2 + 1` bins.
    #[inline(never)]
    pub fn forward(&mut self, length: usize) -> Arc<dyn RealToComplex<f32>> {
        self.0.plan_fft_forward(length)
    }

    /// Returns the inverse transform to `length` samples, without a factor.
    #[inline(never)]
    pub fn inverse(&mut self, length: usize) -> Arc<dyn ComplexToReal<f32>> {
        self.0.plan_fft_inverse(length)
    }
}

impl Default for RealPlanner {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for RealPlanner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("RealPlanner").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_inverse_returns_the_samples_times_their_number() {
        let (mut planner, length) = (RealPlanner::new(), 48);
        let samples: Vec<f32> = (0..length).map(|index| (index as f32 * 0.7).sin()).collect();
        let (forward, inverse) = (planner.forward(length), planner.inverse(length));
        let (mut input, mut bins) = (samples.clone(), forward.make_output_vec());
        forward.process(&mut input, &mut bins).unwrap();
        let mut back = inverse.make_output_vec();
        inverse.process(&mut bins, &mut back).unwrap();
        for (back, sample) in back.iter().zip(&samples) {
            assert!((back / length as f32 - sample).abs() < 1e-6);
        }
    }
}
