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
