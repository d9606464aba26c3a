//! Inner loop of the saturator: up, through the curve as the mean between two points, and down.

#![allow(unsafe_code)] // `multiversion` expands to calls of functions compiled for a detected instruction set.

use super::bent_curve::BentCurve;
use crate::dsp::dynamics::oversampling::{Oversampler, TAPS};
use crate::simd::vectorised;

/// Points this close count as one: the quotient of primitives would lose its digits.
const CLOSE: f64 = 1e-5;

/// Frames whose points are held at a time, in the nearest cache.
const PIECE: usize = 32;

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
        // The frame before the first one: only its last point counts.
        let mut points = [[0.0; FACTOR]; PIECE + 1];
        let mut primitives = [[0.0; FACTOR]; PIECE + 1];
        points[0] = oversampler.up(&input[..TAPS]).map(|point| drive * point);
        let frames = taken_off[TAPS - 1..].chunks_mut(PIECE);
        for (taken_off, start) in frames.zip((1..).step_by(PIECE)) {
            let count = taken_off.len();
            for (points, window) in points[1..=count].iter_mut().zip(input[start..].windows(TAPS)) {
                *points = oversampler.up(window).map(|point| drive * point);
            }
            let x = points[..=count].as_flattened();
            let p = primitives[..=count].as_flattened_mut();
            for (primitive, point) in p.iter_mut().zip(x) {
                *primitive = curve.primitive(*point);
            }
            mean(curve, &x[FACTOR - 1..], &p[FACTOR - 1..], taken_off.as_flattened_mut());
            points[0] = points[count];
        }
        for (less, window) in less.iter_mut().zip(taken_off.windows(TAPS)) {
            *less = oversampler.down(window);
        }
    }
}

/// Writes the mean of the part taken off between each point and the next, from their primitives.
///
/// J. Parker, V. Zavalishin, E. Le Bivic: Reducing the aliasing of nonlinear waveshaping using
/// continuous-time convolution, 2016.
#[inline]
fn mean(curve: &BentCurve, points: &[f64], primitives: &[f64], means: &mut [f64]) {
    for (mean, (x, p)) in means.iter_mut().zip(points.windows(2).zip(primitives.windows(2))) {
        *mean = (p[1] - p[0]) / (x[1] - x[0]);
    }
    for (mean, x) in means.iter_mut().zip(points.windows(2)) {
        if (x[1] - x[0]).abs() <= CLOSE {
            *mean = curve.taken_off(f64::midpoint(x[0], x[1]));
        }
    }
}
