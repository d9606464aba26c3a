//! Windowed transforms of frames.

use mixdown_fft::{Complex, RealPlanner, RealToComplex};
use std::fmt;
use std::sync::Arc;

/// Transform of the middle of frames under a Hann window.
///
/// A sine of amplitude 1 on a bin has the magnitude 1 there.
pub(crate) struct Stft {
    window: Vec<f32>,
    plan: Arc<dyn RealToComplex<f32>>,
    input: Vec<f32>,
    bins: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
}

impl Stft {
    /// Creates a transform of `size` samples.
    pub(crate) fn new(planner: &mut RealPlanner, size: usize) -> Self {
        let plan = planner.forward(size);
        let turn = std::f32::consts::TAU / size as f32;
        // The window adds up to half its size, and half of a sine is at negative frequencies.
        let scale = 4.0 / size as f32;
        let window = (0..size).map(|index| (0.5 - 0.5 * (turn * index as f32).cos()) * scale).collect();
        Self {
            window,
            input: plan.make_input_vec(),
            bins: plan.make_output_vec(),
            scratch: plan.make_scratch_vec(),
            plan,
        }
    }

    /// Returns the bins of the middle of `frame`, which is at least as long as the transform.
    pub(crate) fn transform(&mut self, frame: &[f32]) -> &[Complex<f32>] {
        let start = (frame.len() - self.window.len()) / 2;
        for ((input, sample), weight) in self.input.iter_mut().zip(&frame[start..]).zip(&self.window) {
            *input = sample * weight;
        }
        // The vectors come from the plan itself, so their lengths are right, the one cause of an
        // error.
        let done = self.plan.process_with_scratch(&mut self.input, &mut self.bins, &mut self.scratch);
        debug_assert!(done.is_ok(), "lengths differ from the plan's");
        &self.bins
    }
}

impl fmt::Debug for Stft {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Stft").field("size", &self.window.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sine_has_its_amplitude_at_its_bin() {
        let mut stft = Stft::new(&mut RealPlanner::new(), 2048);
        let turn = std::f32::consts::TAU * 100.0 / 2048.0;
        let frame: Vec<f32> = (0..4096).map(|index| 0.3 * (turn * index as f32).sin()).collect();
        let bins = stft.transform(&frame);
        assert!((bins[100].norm() - 0.3).abs() < 1e-4, "{}", bins[100].norm());
        assert!(bins[97].norm() < 1e-4 && bins[103].norm() < 1e-4);
    }
}
