//! Removal of the part that one path between two stems explains. The rest shows whether there is
//! another.

use super::thresholds::THRESHOLDS;
use crate::align::correlate::fft::{inverse, plan_forward, plan_inverse, transform};
use mixdown_fft::Complex;
use std::ops::RangeInclusive;

/// Finds the path at `lags` by which a stem of this power explains most of a cross-spectrum.
/// Returns its transfer function by bin.
///
/// It solves the least squares of Wiener and Hopf at those lags alone, by conjugate gradients.
pub(super) fn path(
    cross: &[Complex<f32>],
    power: &[f32],
    lags: &RangeInclusive<i64>,
    size: usize,
) -> Vec<Complex<f32>> {
    let (forward, back) = (plan_forward(size), plan_inverse(size));
    let (mut there, mut here) = (forward.make_scratch_vec(), back.make_scratch_vec());
    let (mut bins, mut time) = (back.make_input_vec(), back.make_output_vec());
    let mean = power.iter().sum::<f32>() / power.len().max(1) as f32;
    let levelled: Vec<f32> =
        power.iter().map(|x| x + THRESHOLDS.removal_ridge_share * mean + f32::MIN_POSITIVE).collect();
    let places: Vec<usize> = lags.clone().map(|lag| lag.rem_euclid(size as i64) as usize).collect();
    // Values at the lags of a spectrum whose bins are weighted.
    let mut at_lags = |spectrum: &[Complex<f32>], weight: &dyn Fn(usize) -> f32| -> Vec<f32> {
        bins.iter_mut().zip(spectrum).enumerate().for_each(|(n, (to, x))| *to = x * weight(n));
        for end in [0, size / 2] {
            bins[end].im = 0.0;
        }
        inverse(back.as_ref(), &mut bins, &mut time, &mut here);
        places.iter().map(|place| time[*place] / size as f32).collect()
    };
    let mut spectrum = |values: &[f32]| -> Vec<Complex<f32>> {
        let mut time = forward.make_input_vec();
        places.iter().zip(values).for_each(|(place, x)| time[*place] = *x);
        let mut out = forward.make_output_vec();
        transform(forward.as_ref(), &mut time, &mut out, &mut there);
        out
    };
    let dot = |x: &[f32], y: &[f32]| x.iter().zip(y).map(|(x, y)| f64::from(x * y)).sum::<f64>();
    let mut found = vec![0.0; places.len()];
    let mut rest = at_lags(cross, &|_| 1.0);
    let mut levelled_rest = at_lags(&spectrum(&rest), &|n| levelled[n].recip());
    let mut direction = levelled_rest.clone();
    let mut length = dot(&rest, &levelled_rest);
    for _ in 0..THRESHOLDS.max_gradient_steps {
        let ahead = at_lags(&spectrum(&direction), &|n| levelled[n]);
        let bend = dot(&direction, &ahead);
        if length <= 0.0 || bend <= 0.0 {
            break;
        }
        let by = (length / bend) as f32;
        found.iter_mut().zip(&direction).for_each(|(x, d)| *x += by * d);
        rest.iter_mut().zip(&ahead).for_each(|(x, d)| *x -= by * d);
        levelled_rest = at_lags(&spectrum(&rest), &|n| levelled[n].recip());
        let next = dot(&rest, &levelled_rest);
        let share = (next / length) as f32;
        direction.iter_mut().zip(&levelled_rest).for_each(|(d, x)| *d = x + share * *d);
        length = next;
    }
    spectrum(&found)
}
