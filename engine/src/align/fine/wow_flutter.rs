//! Clock that wanders (wow, flutter): long segments find where it dwells, and agree on that. Short
//! ones measure its swing.

use super::cross_spectrum::read_along;
use super::segment::hann;
use super::thresholds::THRESHOLDS;
use crate::align::correlate::fft::{inverse, plan_forward, plan_inverse, transform};
use crate::align::features::stem::StemFeatures;
use crate::resample::FractionTable;
use crate::resample::TimeMap;
use mixdown_fft::Complex;
use rayon::prelude::*;

/// Noise shared by segments that overlap by half: the correlation of a Hann window with itself
/// there.
const HALF_OVERLAP_CORRELATION: f64 = 1.0 / 6.0;

/// Wander of a clock about a time map.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Wander {
    /// Mean delay against the time map, in frames.
    pub(crate) mean: f64,
    /// One standard deviation, in frames.
    pub(crate) sd: f64,
}

/// Measures how the clock of `b` wanders about `time_map`, in rows of short segments. There are two
/// rows in each of the segments of `len` frames that begin at `starts`. `None` for a steady clock.
pub(crate) fn wander(
    a: &StemFeatures,
    b: &StemFeatures,
    (starts, len): (&[usize], usize),
    time_map: &TimeMap,
    table: &FractionTable,
) -> Option<Wander> {
    let step = starts.len().div_ceil(THRESHOLDS.max_flutter_places).max(1);
    let chosen: Vec<usize> = starts.iter().step_by(step).flat_map(|start| [*start, start + len / 2]).collect();
    let rows: Vec<Vec<f64>> = chosen.par_iter().map(|start| row(a, b, *start, time_map, table)).collect();
    let pairs = |apart: usize| -> Vec<(f64, f64)> {
        rows.iter().flat_map(|row| row.windows(apart + 1).map(move |few| (few[0], few[apart]))).collect()
    };
    let near = pairs(1);
    let all: Vec<f64> = near.iter().map(|(x, _)| *x).filter(|x| x.is_finite()).collect();
    if all.len() < THRESHOLDS.flutter_row_segments || 2 * all.len() < near.len() {
        return None;
    }
    let mean = crate::align::time_map::line::median(all.clone());
    let product = |(x, y): &(f64, f64)| (x - mean) * (y - mean);
    let mut products: Vec<f64> = near.iter().map(product).filter(|x| x.is_finite()).collect();
    let mut squares: Vec<f64> = all.iter().map(|x| (x - mean).powi(2)).collect();
    trim(&mut products);
    trim(&mut squares);
    let average = |of: &[f64]| of.iter().sum::<f64>() / of.len().max(1) as f64;
    let (variance, covariance) = (average(&squares), average(&products));
    let swing = (covariance - HALF_OVERLAP_CORRELATION * variance) / (1.0 - HALF_OVERLAP_CORRELATION);
    let chance = variance / (products.len().max(1) as f64).sqrt();
    if swing <= THRESHOLDS.min_swing_sd * chance {
        return None;
    }
    let (swing, off) = (swing.sqrt(), average(&all));
    // A swing is nowhere farther from its middle. A larger value comes from another sound that
    // short segments found.
    if off.abs() <= THRESHOLDS.max_swing_sd * swing {
        Some(Wander { mean: off, sd: THRESHOLDS.hidden_swing_factor * swing })
    } else {
        Some(Wander { mean: 0.0, sd: (THRESHOLDS.hidden_swing_factor * swing).hypot(off) })
    }
}

/// Removes the largest values, either way.
fn trim(values: &mut Vec<f64>) {
    values.sort_by(|x, y| x.abs().total_cmp(&y.abs()));
    values.truncate((values.len() as f64 * (1.0 - THRESHOLDS.trimmed_share)).ceil() as usize);
}

/// Returns the delay against the time map for each segment of a row; NaN where none is found within
/// reach.
fn row(a: &StemFeatures, b: &StemFeatures, start: usize, time_map: &TimeMap, table: &FractionTable) -> Vec<f64> {
    let (len, hop) = (THRESHOLDS.flutter_segment_frames, THRESHOLDS.flutter_hop_frames);
    let size = 2 * len;
    let (forward, back) = (plan_forward(size), plan_inverse(size));
    let hann = hann(len);
    let frames = len + (THRESHOLDS.flutter_row_segments - 1) * hop;
    let mut first = vec![0.0; frames];
    a.read(start as i64, &mut first);
    let mut second = vec![0.0; frames];
    read_along(b, start as f64, time_map, table, &mut second);
    let mut samples = forward.make_input_vec();
    let (mut of_a, mut of_b) = (forward.make_output_vec(), forward.make_output_vec());
    let (mut there, mut here) = (forward.make_scratch_vec(), back.make_scratch_vec());
    let mut lags = back.make_output_vec();
    let one = |n: usize| {
        for (from, to) in [(&first, &mut of_a), (&second, &mut of_b)] {
            samples[len..].fill(0.0);
            for ((to, x), gain) in samples.iter_mut().zip(&from[n * hop..]).zip(&hann) {
                *to = x * gain;
            }
            transform(forward.as_ref(), &mut samples, to, &mut there);
        }
        for (x, y) in of_a.iter().zip(&mut of_b) {
            let cross = x.conj() * *y;
            // Between the plain correlation, broad, and its phases alone, drowned by noise.
            *y = cross / cross.norm().sqrt().max(f32::MIN_POSITIVE);
        }
        for end in [0, size / 2] {
            of_b[end] = Complex::default();
        }
        let whole = 2.0 * of_b.iter().map(|bin| bin.norm()).sum::<f32>();
        inverse(back.as_ref(), &mut of_b, &mut lags, &mut here);
        summit(&lags, THRESHOLDS.min_flutter_height_share * whole)
    };
    (0..THRESHOLDS.flutter_row_segments).map(one).collect()
}

/// Returns the top of the parabola through the highest lag within reach and its neighbours,
/// whatever the sign. NaN where it is lower than `least`.
fn summit(lags: &[f32], least: f32) -> f64 {
    let at = |lag: i64| f64::from(lags[lag.rem_euclid(lags.len() as i64) as usize]);
    let reach = THRESHOLDS.flutter_reach_frames as i64;
    let best = (-reach..=reach).fold(0, |best, lag| if at(lag).abs() > at(best).abs() { lag } else { best });
    if best.abs() == reach || at(best) == 0.0 || at(best).abs() < f64::from(least) {
        return f64::NAN;
    }
    let [before, here, after] = [-1, 0, 1].map(|by| at(best + by));
    let bend = before - 2.0 * here + after;
    let by = if bend == 0.0 { 0.0 } else { 0.5 * (before - after) / bend };
    best as f64 + by.clamp(-0.5, 0.5)
}
