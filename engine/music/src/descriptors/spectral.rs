//! The shape of one frame's spectrum.

use super::ROLLOFF_SHARE;
use crate::SAMPLE_RATE;
use mixdown_fft::{Complex, RealPlanner, RealToComplex};
use std::f64::consts::TAU;
use std::fmt;
use std::sync::Arc;

/// The shape of a spectrum of magnitudes, in hertz.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ShapeHz {
    /// The mean frequency.
    pub(super) centroid: f64,
    /// The standard deviation of the frequency.
    pub(super) bandwidth: f64,
    /// The frequency of the bin in which the sum from below reaches [`ROLLOFF_SHARE`].
    pub(super) rolloff: f64,
}

/// Transform of frames with a periodic Hann window.
pub(super) struct Spectrum {
    window: Vec<f32>,
    forward: Arc<dyn RealToComplex<f32>>,
    input: Vec<f32>,
    bins: Vec<Complex<f32>>,
    magnitudes: Vec<f64>,
}

impl Spectrum {
    /// Creates a transform of frames of `length` samples.
    pub(super) fn new(length: usize) -> Self {
        let forward = RealPlanner::new().forward(length);
        let window = (0..length).map(|index| (0.5 - 0.5 * (TAU * index as f64 / length as f64).cos()) as f32).collect();
        let (input, bins) = (forward.make_input_vec(), forward.make_output_vec());
        Self { window, forward, input, magnitudes: vec![0.0; bins.len()], bins }
    }

    /// Returns the shape of the spectrum of `frame`.
    pub(super) fn shape(&mut self, frame: &[f32]) -> ShapeHz {
        for ((input, sample), weight) in self.input.iter_mut().zip(frame).zip(&self.window) {
            *input = sample * weight;
        }
        // The buffers have the lengths of the plan, so that it cannot fail.
        if self.forward.process(&mut self.input, &mut self.bins).is_err() {
            return ShapeHz::default();
        }
        for (magnitude, bin) in self.magnitudes.iter_mut().zip(&self.bins) {
            *magnitude = f64::from(bin.re).hypot(f64::from(bin.im));
        }
        let hz_per_bin = f64::from(SAMPLE_RATE) / self.input.len() as f64;
        shape_of(&self.magnitudes, hz_per_bin)
    }
}

/// Returns the shape of `magnitudes`, whose bins are `hz_per_bin` apart.
fn shape_of(magnitudes: &[f64], hz_per_bin: f64) -> ShapeHz {
    let total: f64 = magnitudes.iter().sum();
    if total <= 0.0 {
        return ShapeHz::default();
    }
    let weighted = |value: &dyn Fn(f64) -> f64| {
        let sum: f64 = magnitudes.iter().enumerate().map(|(bin, magnitude)| magnitude * value(bin as f64)).sum();
        sum / total
    };
    let centroid = weighted(&|bin| bin);
    let bandwidth = weighted(&|bin| (bin - centroid).powi(2)).sqrt();
    let mut below = 0.0;
    let rolloff = magnitudes.iter().take_while(|magnitude| {
        below += **magnitude;
        below < ROLLOFF_SHARE * total
    });
    ShapeHz {
        centroid: centroid * hz_per_bin,
        bandwidth: bandwidth * hz_per_bin,
        rolloff: rolloff.count() as f64 * hz_per_bin,
    }
}

impl fmt::Debug for Spectrum {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Spectrum").field("length", &self.input.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_equal_bins_have_their_middle_and_half_their_distance() {
        let mut magnitudes = [0.0; 9];
        (magnitudes[2], magnitudes[6]) = (3.0, 3.0);
        let shape = shape_of(&magnitudes, 10.0);
        assert_eq!((shape.centroid, shape.bandwidth, shape.rolloff), (40.0, 20.0, 60.0));
    }
}
