//! Transforms between samples and bins: planned once, in buffers that are reused.

use mixdown_fft::Complex;
use mixdown_fft::{ComplexToReal, RealPlanner, RealToComplex};
use std::cell::RefCell;
use std::sync::Arc;

thread_local! {
    /// Planning takes as long as a few transforms; a planner keeps its plans.
    static PLANNER: RefCell<RealPlanner> = RefCell::new(RealPlanner::new());
}

/// Returns the transform of `size` samples.
pub(crate) fn plan_forward(size: usize) -> Arc<dyn RealToComplex<f32>> {
    PLANNER.with_borrow_mut(|planner| planner.forward(size))
}

/// Returns the inverse transform to `size` samples.
pub(crate) fn plan_inverse(size: usize) -> Arc<dyn ComplexToReal<f32>> {
    PLANNER.with_borrow_mut(|planner| planner.inverse(size))
}

/// Pair of forward and inverse transforms.
pub(crate) struct Transforms {
    pub(crate) forward: Arc<dyn RealToComplex<f32>>,
    pub(crate) inverse: Arc<dyn ComplexToReal<f32>>,
}

impl Transforms {
    /// Plans both transforms of `size` samples.
    pub(crate) fn new(size: usize) -> Self {
        Self { forward: plan_forward(size), inverse: plan_inverse(size) }
    }

    /// Plans both in half the time, on two threads. Not for places that other threads wait for, as
    /// this thread may start work that waits for them.
    pub(crate) fn on_two_threads(size: usize) -> Self {
        let (forward, inverse) = rayon::join(|| plan_forward(size), || plan_inverse(size));
        Self { forward, inverse }
    }
}

/// Buffers for one transform after another, as long as the longest so far.
#[derive(Default)]
pub(crate) struct CorrelationScratch {
    bins: Vec<Complex<f32>>,
    samples: Vec<f32>,
    inner: Vec<Complex<f32>>,
}

impl CorrelationScratch {
    /// Returns buffers for transforms of `size` samples that need `inner` more.
    pub(crate) fn fit(&mut self, size: usize, inner: usize) -> (&mut [Complex<f32>], &mut [f32], &mut [Complex<f32>]) {
        self.bins.resize(self.bins.len().max(size / 2 + 1), Complex::default());
        self.samples.resize(self.samples.len().max(size), 0.0);
        self.inner.resize(self.inner.len().max(inner), Complex::default());
        (&mut self.bins[..=size / 2], &mut self.samples[..size], &mut self.inner[..inner])
    }
}

/// Returns the next length that transforms fast: 8, 9, 10, 12 or 15 times a power of two.
pub(crate) fn fast_size(least: usize) -> usize {
    let above = least.next_power_of_two().max(64);
    let of = |sixteenths: usize| above / 16 * sixteenths;
    [of(9), of(10), of(12), of(15), above].into_iter().find(|size| *size >= least).unwrap_or(above)
}

/// Runs a forward transform into buffers made for it.
pub(crate) fn transform(
    fft: &dyn RealToComplex<f32>,
    input: &mut [f32],
    output: &mut [Complex<f32>],
    scratch: &mut [Complex<f32>],
) {
    // realfft refuses only buffers of other lengths than its own.
    fft.process_with_scratch(input, output, scratch).expect("buffers made by this transform");
}

/// Runs an inverse transform into buffers made for it; the first and last bin must be real.
pub(crate) fn inverse(
    fft: &dyn ComplexToReal<f32>,
    input: &mut [Complex<f32>],
    output: &mut [f32],
    scratch: &mut [Complex<f32>],
) {
    // realfft refuses only buffers of other lengths, and a first or last bin that is not real: both
    // are 0 here.
    fft.process_with_scratch(input, output, scratch).expect("buffers made by this transform, ends 0");
}
