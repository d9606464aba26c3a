//! Kernels that gather the bins of several transforms into bins of equal ratios.

use crate::SAMPLE_RATE;
use mixdown_fft::Complex;

/// Bins in each octave: three a semitone.
pub const BINS_PER_OCTAVE: usize = 36;
/// Bins of a spectrum: seven octaves, 27.5 Hz to 3520 Hz with both ends.
pub const BIN_COUNT: usize = 7 * BINS_PER_OCTAVE + 1;
/// Frequency of the lowest bin, in hertz: the note A0 at 440 Hz.
pub const LOWEST_HZ: f64 = 27.5;

/// Lengths of the transforms, in samples, from low to high frequencies.
pub(crate) const SIZES: [usize; 4] = [16_384, 8192, 4096, 2048];
/// Frequencies from which the next, shorter transform resolves semitones, in hertz.
const SEAMS_HZ: [f64; 3] = [110.0, 350.0, 880.0];

/// Returns the centre of bin `index`, in hertz.
#[must_use]
pub fn bin_hz(index: usize) -> f64 {
    LOWEST_HZ * (index as f64 / BINS_PER_OCTAVE as f64).exp2()
}

/// Returns the magnitude of a Hann window's transform at a distance in bins, 1 at distance 0.
fn hann_response(distance: f64) -> f64 {
    let distance = distance.abs();
    if distance < 1e-6 {
        return 1.0;
    }
    if (distance - 1.0).abs() < 1e-6 {
        return 0.5;
    }
    let turn = std::f64::consts::PI * distance;
    (turn.sin() / (turn * (1.0 - distance * distance))).abs()
}

/// Gathers power from a range of bins of one transform.
#[derive(Debug)]
struct Kernel {
    size: usize,
    first: usize,
    weights: Vec<f32>,
}

/// All kernels of a spectrum.
#[derive(Debug)]
pub(crate) struct LogMap {
    kernels: Vec<Kernel>,
}

impl LogMap {
    /// Creates triangular kernels, one bin wide to each side, or one bin of the transform if wider.
    pub(crate) fn new() -> Self {
        let ratio = (1.0 / BINS_PER_OCTAVE as f64).exp2() - 1.0;
        let kernel = |index: usize| {
            let centre = bin_hz(index);
            let size = SEAMS_HZ.iter().filter(|&&seam| centre >= seam).count();
            let step = f64::from(SAMPLE_RATE) / SIZES[size] as f64;
            let reach = (centre * ratio).max(step);
            let first = ((centre - reach) / step).ceil().max(1.0) as usize;
            let last = ((centre + reach) / step).floor() as usize;
            let weight = |bin: usize| (1.0 - (bin as f64 * step - centre).abs() / reach).max(0.0) as f32;
            Kernel { size, first, weights: (first..=last).map(weight).collect() }
        };
        Self { kernels: (0..BIN_COUNT).map(kernel).collect() }
    }

    /// Adds to `magnitudes` the bins that the transform of `SIZES[size]` resolves.
    pub(crate) fn gather(&self, size: usize, bins: &[Complex<f32>], magnitudes: &mut [f32]) {
        for (kernel, magnitude) in self.kernels.iter().zip(magnitudes).filter(|(kernel, _)| kernel.size == size) {
            let power: f32 =
                kernel.weights.iter().zip(&bins[kernel.first..]).map(|(weight, bin)| weight * bin.norm_sqr()).sum();
            *magnitude = power.sqrt();
        }
    }

    /// Returns the magnitude that bin `index` has for a sine of amplitude 1 at `hertz`.
    pub(crate) fn response(&self, index: usize, hertz: f64) -> f32 {
        let kernel = &self.kernels[index];
        let position = hertz * SIZES[kernel.size] as f64 / f64::from(SAMPLE_RATE);
        let power: f64 = kernel
            .weights
            .iter()
            .zip(kernel.first..)
            .map(|(&weight, bin)| f64::from(weight) * hann_response(bin as f64 - position).powi(2))
            .sum();
        power.sqrt() as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bin_responds_most_to_its_own_frequency() {
        let map = LogMap::new();
        for index in 0..BIN_COUNT {
            let own = map.response(index, bin_hz(index));
            assert!(own > 0.5, "{index}: {own}");
            let semitone = map.response(index, bin_hz(index) * 1.0595);
            assert!(semitone < 0.9 * own, "{index}: {semitone} of {own}");
        }
    }

    #[test]
    fn semitones_are_apart_from_a_low_note_of_a_guitar_on() {
        let map = LogMap::new();
        for index in BINS_PER_OCTAVE * 2..BIN_COUNT {
            let ratio = map.response(index, bin_hz(index) * 1.0595) / map.response(index, bin_hz(index));
            assert!(ratio < 0.36, "{index}: {ratio}");
        }
    }

    #[test]
    fn a_window_responds_as_its_transform() {
        assert!((hann_response(0.0) - 1.0).abs() < 1e-9 && (hann_response(-1.0) - 0.5).abs() < 1e-9);
        assert!(hann_response(2.0) < 1e-9 && (hann_response(0.5) - 0.848_826).abs() < 1e-5);
    }
}
