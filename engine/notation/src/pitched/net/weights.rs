//! Weights of the network; `models/basic_pitch/README.md` describes their order.

use std::sync::LazyLock;

/// Taps of the kernels and of the low-pass filter.
pub(super) const TAPS: usize = 256;

/// Bins of an octave of the spectrum and of the contour.
pub(super) const BINS_PER_OCTAVE: usize = 36;

/// Bins of the spectrum.
pub(super) const SPECTRUM: usize = 309;

const BYTES: &[u8] = include_bytes!("../../../models/basic_pitch/model.f32");

/// Weights of one convolution.
#[derive(Debug)]
pub(super) struct Kernel {
    /// Outputs x inputs x frames x bins.
    pub(super) weights: Vec<f32>,
    /// One summand for each output.
    pub(super) bias: Vec<f32>,
}

/// Weights of the network.
#[derive(Debug)]
pub(super) struct Weights {
    /// Real part of the kernels: [`BINS_PER_OCTAVE`] rows of [`TAPS`].
    pub(super) real: Vec<f32>,
    /// Imaginary part of the kernels: [`BINS_PER_OCTAVE`] rows of [`TAPS`].
    pub(super) imaginary: Vec<f32>,
    /// Symmetric filter of [`TAPS`].
    pub(super) low_pass: Vec<f32>,
    /// Factor of each bin of the spectrum.
    pub(super) scale: Vec<f32>,
    pub(super) onset: Kernel,
    pub(super) contour: Kernel,
    pub(super) contour_output: Kernel,
    pub(super) note: Kernel,
    pub(super) note_output: Kernel,
    pub(super) onset_output: Kernel,
    /// Factor and summand of the levels.
    pub(super) normal: [f32; 2],
}

/// The weights, parsed at their first use.
pub(super) static WEIGHTS: LazyLock<Weights> = LazyLock::new(|| {
    let mut values = BYTES.as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes));
    let mut take = |count: usize| -> Vec<f32> { values.by_ref().take(count).collect() };
    let (real, imaginary) = (take(BINS_PER_OCTAVE * TAPS), take(BINS_PER_OCTAVE * TAPS));
    let (low_pass, scale) = (take(TAPS), take(SPECTRUM));
    let mut kernel = |outputs: usize, taps: usize| Kernel { weights: take(outputs * taps), bias: take(outputs) };
    let (onset, contour) = (kernel(32, 8 * 5 * 5), kernel(8, 8 * 3 * 39));
    let (contour_output, note) = (kernel(1, 8 * 5 * 5), kernel(32, 7 * 7));
    let (note_output, onset_output) = (kernel(1, 32 * 7 * 3), kernel(1, 33 * 3 * 3));
    let normal = take(2);
    Weights {
        real,
        imaginary,
        low_pass,
        scale,
        onset,
        contour,
        contour_output,
        note,
        note_output,
        onset_output,
        normal: [normal[0], normal[1]],
    }
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_holds_the_tensors_and_nothing_else() {
        assert_eq!(BYTES.len(), 4 * 35_699);
        assert_eq!(WEIGHTS.normal, [2.480_741, -0.876_918_3]);
    }

    #[test]
    fn the_filter_is_symmetric() {
        let reversed: Vec<f32> = WEIGHTS.low_pass.iter().rev().copied().collect();
        assert_eq!(WEIGHTS.low_pass, reversed);
    }
}
