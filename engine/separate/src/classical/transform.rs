//! Short-time spectra, and the way back to samples.

use mixdown_fft::{Complex, ComplexToReal, RealPlanner, RealToComplex};
use std::f64::consts::TAU;
use std::sync::Arc;

/// Frames of overlap: each sample lies in this many windows.
pub(super) const OVERLAP: usize = 4;
/// Sum of the squared Hann window over its [`OVERLAP`] positions.
const WINDOW_SUM: f32 = 1.5;
/// Length of a window in seconds: long enough to resolve the partials of a bass.
const WINDOW_S: f64 = 0.09;

/// Returns the length of a window at a rate in hertz: the power of two nearest to 90 ms, 4096
/// samples at 44.1 and 48 kHz.
pub(super) fn window_length(rate_hz: u32) -> usize {
    let exponent = (f64::from(rate_hz) * WINDOW_S).log2().round();
    1 << (exponent.max(6.0) as u32)
}

/// Transform of one window length, with a periodic Hann window on both ways.
pub(super) struct Transform {
    window: Vec<f32>,
    forward: Arc<dyn RealToComplex<f32>>,
    inverse: Arc<dyn ComplexToReal<f32>>,
    samples: Vec<f32>,
    scratch: Vec<Complex<f32>>,
    bins: Vec<Complex<f32>>,
}

impl Transform {
    /// Creates the transform of `length` samples, a power of two.
    pub(super) fn new(length: usize) -> Self {
        let mut planner = RealPlanner::new();
        let (forward, inverse) = (planner.forward(length), planner.inverse(length));
        let scratch = forward.get_scratch_len().max(inverse.get_scratch_len());
        let window = |n: usize| (0.5 - 0.5 * (TAU * n as f64 / length as f64).cos()) as f32;
        Self {
            window: (0..length).map(window).collect(),
            forward,
            inverse,
            samples: vec![0.0; length],
            scratch: vec![Complex::default(); scratch],
            bins: vec![Complex::default(); length / 2 + 1],
        }
    }

    /// Returns the number of bins of a spectrum.
    pub(super) fn bins(&self) -> usize {
        self.bins.len()
    }

    /// Returns the spectrum of as many samples as the window has.
    pub(super) fn spectrum(&mut self, samples: &[f32]) -> Vec<Complex<f32>> {
        for ((slot, sample), weight) in self.samples.iter_mut().zip(samples).zip(&self.window) {
            *slot = sample * weight;
        }
        let mut spectrum = vec![Complex::default(); self.bins.len()];
        // The lengths are those of the plan, so the transform cannot refuse them.
        let _ = self.forward.process_with_scratch(&mut self.samples, &mut spectrum, &mut self.scratch);
        spectrum
    }

    /// Adds the samples of a spectrum under a mask to `out`, which is as long as the window.
    pub(super) fn add_masked(&mut self, spectrum: &[Complex<f32>], mask: &[f32], out: &mut [f32]) {
        for ((slot, bin), weight) in self.bins.iter_mut().zip(spectrum).zip(mask) {
            *slot = bin * weight;
        }
        // Both are real in the spectrum of real samples; rounding must not make them otherwise.
        self.bins[0].im = 0.0;
        let last = self.bins.len() - 1;
        self.bins[last].im = 0.0;
        let _ = self.inverse.process_with_scratch(&mut self.bins, &mut self.samples, &mut self.scratch);
        let scale = 1.0 / (WINDOW_SUM * self.samples.len() as f32);
        for ((sum, sample), weight) in out.iter_mut().zip(&self.samples).zip(&self.window) {
            *sum += sample * weight * scale;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mixdown_fixtures::signals;

    #[test]
    fn windows_are_powers_of_two_near_ninety_milliseconds() {
        let lengths = [1_000, 8_000, 22_050, 44_100, 48_000, 96_000, 768_000].map(window_length);
        assert_eq!(lengths, [64, 512, 2_048, 4_096, 4_096, 8_192, 65_536]);
    }

    #[test]
    fn overlapping_windows_with_a_mask_of_one_give_the_samples_back() {
        let (length, hop) = (256, 64);
        let mut transform = Transform::new(length);
        let input = signals::white_noise(3, 0.5, 2_048);
        let mut out = vec![0.0; input.len()];
        let mask = vec![1.0; transform.bins()];
        for start in (0..=input.len() - length).step_by(hop) {
            let spectrum = transform.spectrum(&input[start..start + length]);
            transform.add_masked(&spectrum, &mask, &mut out[start..start + length]);
        }
        let inner = length..input.len() - length;
        for (before, after) in input[inner.clone()].iter().zip(&out[inner]) {
            assert!((before - after).abs() < 1e-6, "{before} {after}");
        }
    }
}
