//! Spectra at four bytes per bin, as kept for every stem for all its pairs.
#![allow(unsafe_code)] // `multiversion` expands to calls of functions compiled for a detected instruction set.

use crate::simd::vectorised;
use mixdown_fft::Complex;

/// Bin of a spectrum whose magnitudes are at most 1: real and imaginary part in steps of 2⁻¹⁵. The
/// rounding error is 90 dB below the largest bin.
pub(crate) type Bin = [i16; 2];

/// Steps of a real or imaginary part from 0 to 1.
const STEPS_TO_FULL_SCALE: f32 = 32_767.0;

/// Rounds bins of magnitude 1 at most.
pub(crate) fn pack(bin: Complex<f32>) -> Bin {
    [(bin.re * STEPS_TO_FULL_SCALE).round() as i16, (bin.im * STEPS_TO_FULL_SCALE).round() as i16]
}

vectorised! {
    /// Adds the product of every bin of `b` with the conjugate of that of `a`.
    pub(crate) fn add_cross(sum: &mut [Complex<f32>], a: &[Bin], b: &[Bin]) {
        const SCALE: f32 = 1.0 / (STEPS_TO_FULL_SCALE * STEPS_TO_FULL_SCALE);
        for ((sum, a), b) in sum.iter_mut().zip(a).zip(b) {
            let (a_re, a_im) = (f32::from(a[0]) * SCALE, f32::from(a[1]) * SCALE);
            let (b_re, b_im) = (f32::from(b[0]), f32::from(b[1]));
            sum.re += a_re * b_re + a_im * b_im;
            sum.im += a_re * b_im - a_im * b_re;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_those_of_the_bins_that_were_packed() {
        let bins = |seed: f32| (0..37).map(move |n| Complex::from_polar(0.9, seed * n as f32));
        let (a, b): (Vec<Bin>, Vec<Bin>) = (bins(0.7).map(pack).collect(), bins(-1.9).map(pack).collect());
        let mut sum = vec![Complex::new(1.0, -1.0); 37];
        add_cross(&mut sum, &a, &b);
        for ((sum, a), b) in sum.iter().zip(bins(0.7)).zip(bins(-1.9)) {
            // Four parts rounded to half a step of 2⁻¹⁵ each.
            assert!((sum - Complex::new(1.0, -1.0) - a.conj() * b).norm() < 1e-4);
        }
    }
}
