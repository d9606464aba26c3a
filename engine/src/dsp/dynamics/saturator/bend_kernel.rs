//! Inner loop of the saturator: up, through the curve as the mean between two points, and down.

#![allow(unsafe_code)] // `multiversion` expands to calls of functions compiled for a detected instruction set.

use super::bent_curve::BentCurve;
use crate::dsp::dynamics::oversampling::{Oversampler, TAPS};
use crate::simd::vectorised;
use std::array::from_fn;

/// Points this close count as one: the quotient of primitives would lose its digits.
const CLOSE: f64 = 1e-5;

/// Way from samples to the part that the curve takes off.
#[derive(Clone, Debug)]
pub(super) struct Bend<const FACTOR: usize> {
    pub(super) curve: BentCurve,
    pub(super) drive: f64,
    pub(super) oversampler: Oversampler<FACTOR>,
}

vectorised! {
    /// Writes the part taken off of each frame to `less`, and its points behind the `TAPS − 1`
    /// earlier ones in `taken_off`. `input` begins with the `TAPS` samples before the first frame.
    pub(super) fn bend<const FACTOR: usize>(
        bend: &Bend<FACTOR>,
        input: &[f64],
        taken_off: &mut [[f64; FACTOR]],
        less: &mut [f64],
    ) {
        let Bend { curve, drive, oversampler } = bend;
        let points = |window: &[f64]| oversampler.up(window).map(|point| drive * point);
        // The frame before the first one: only its last point counts.
        let mut last = points(&input[..TAPS])[FACTOR - 1];
        let mut last_primitive = curve.primitive(last);
        for (window, taken_off) in input[1..].windows(TAPS).zip(&mut taken_off[TAPS - 1..]) {
            let now = points(window);
            let primitives = now.map(|point| curve.primitive(point));
            let before: [f64; FACTOR] = from_fn(|n| if n == 0 { last } else { now[n - 1] });
            let primitives_before: [f64; FACTOR] = from_fn(|n| if n == 0 { last_primitive } else { primitives[n - 1] });
            (last, last_primitive) = (now[FACTOR - 1], primitives[FACTOR - 1]);
            let moved: [f64; FACTOR] = from_fn(|n| now[n] - before[n]);
            // J. Parker, V. Zavalishin, E. Le Bivic: Reducing the aliasing of nonlinear waveshaping
            // using continuous-time convolution, 2016.
            *taken_off = from_fn(|n| (primitives[n] - primitives_before[n]) / moved[n]);
            if moved.iter().any(|moved| moved.abs() <= CLOSE) {
                for n in 0..FACTOR {
                    if moved[n].abs() <= CLOSE {
                        taken_off[n] = curve.taken_off(f64::midpoint(before[n], now[n]));
                    }
                }
            }
        }
        for (less, window) in less.iter_mut().zip(taken_off.windows(TAPS)) {
            *less = oversampler.down(window);
        }
    }
}
