//! Symmetric filter of a magnitude.

use crate::units::SampleRate;
use mixdown_fft::{Complex, RealPlanner};
use std::f64::consts::PI;

/// Share of each half of the filter that is left as it is; the rest is faded out with half a
/// raised cosine.
const WHOLE: f64 = 0.5;

/// Points of the transform per tap of half the filter: what is beyond it folds back.
const POINTS_PER_TAP: usize = 8;

/// Returns the taps of a filter with a magnitude (by frequency in hertz), 2 · `half` − 1 of them,
/// symmetric about the middle one.
///
/// The inverse transform of the magnitude, cut to length. Bands whose impulse response is as short
/// keep their curve.
pub(super) fn design(magnitude: &dyn Fn(f64) -> f64, half: usize, rate: SampleRate) -> Vec<f32> {
    let points = POINTS_PER_TAP * half;
    let bin = |k: usize| Complex::new(magnitude(rate.as_f64() * k as f64 / points as f64) as f32, 0.0);
    let mut spectrum: Vec<Complex<f32>> = (0..=points / 2).map(bin).collect();
    let mut response = vec![0.0; points];
    // Shapes are those of the plan, and the spectrum is real.
    let _ = RealPlanner::new().inverse(points).process(&mut spectrum, &mut response);
    let tap = |n: usize| {
        let place = (n as f64 / half as f64 - WHOLE).max(0.0) / (1.0 - WHOLE);
        (f64::from(response[n]) / points as f64 * (0.5 + 0.5 * (PI * place).cos())) as f32
    };
    (1..2 * half).map(|n| tap(n.abs_diff(half))).collect()
}
