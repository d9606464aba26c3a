//! Likeness of the two channels in each bin.

use mixdown_fft::Complex;

/// Bins on either side that are averaged.
const BIN_RADIUS: usize = 1;

/// Products of the channels of one frame, per bin.
#[derive(Clone, Default)]
pub(super) struct Products {
    /// Real part of left times conjugate right.
    shared: Vec<f64>,
    /// Sum of both squared magnitudes.
    total: Vec<f64>,
}

impl Products {
    /// Creates the products of two spectra of equal length.
    pub(super) fn new(left: &[Complex<f32>], right: &[Complex<f32>]) -> Self {
        let pairs = || left.iter().zip(right).map(|(left, right)| (wide(*left), wide(*right)));
        Self {
            shared: pairs().map(|(left, right)| left.re * right.re + left.im * right.im).collect(),
            total: pairs().map(|(left, right)| left.norm_sqr() + right.norm_sqr()).collect(),
        }
    }
}

fn wide(bin: Complex<f32>) -> Complex<f64> {
    Complex::new(f64::from(bin.re), f64::from(bin.im))
}

/// Returns the similarity of the channels in each bin, 0 to 1, over neighbouring frames and bins.
///
/// It is twice the shared part over the sum of both powers (Avendano and Jot, "Frequency Domain
/// Techniques for Stereo to Multichannel Upmix", AES 22, 2002), with the real part of the product
/// in the place of its magnitude. Sound out of phase is then not taken for the centre. With sides
/// that have nothing in common, it is the Wiener filter of what both channels share.
pub(super) fn similarity<'a>(frames: impl Iterator<Item = &'a Products>, bins: usize) -> Vec<f32> {
    let (mut shared, mut total) = (vec![0.0; bins], vec![0.0; bins]);
    for frame in frames {
        shared.iter_mut().zip(&frame.shared).for_each(|(sum, value)| *sum += value);
        total.iter_mut().zip(&frame.total).for_each(|(sum, value)| *sum += value);
    }
    let around = |values: &[f64], bin: usize| -> f64 {
        values[bin.saturating_sub(BIN_RADIUS)..(bin + BIN_RADIUS + 1).min(bins)].iter().sum()
    };
    let one = |bin: usize| {
        let power = around(&total, bin);
        if power > 0.0 { (2.0 * around(&shared, bin) / power).clamp(0.0, 1.0) as f32 } else { 0.0 }
    };
    (0..bins).map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(left: f32, right: f32) -> f32 {
        let spectrum = |value: f32| vec![Complex::new(value, -value); 4];
        similarity([Products::new(&spectrum(left), &spectrum(right))].iter(), 4)[2]
    }

    #[test]
    fn equal_channels_are_alike_and_one_channel_or_opposite_ones_are_not() {
        assert_eq!(of(0.5, 0.5), 1.0);
        assert_eq!(of(1e15, 1e15), 1.0);
        assert_eq!(of(0.5, 0.0), 0.0);
        assert_eq!(of(0.5, -0.5), 0.0);
        assert_eq!(of(0.0, 0.0), 0.0);
        assert!((of(1.0, 0.5) - 0.8).abs() < 1e-6);
    }
}
