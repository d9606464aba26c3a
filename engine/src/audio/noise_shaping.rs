//! Design of the curves of noise shaping, for any sample rate.
//!
//! Both are the prediction-error filter of a weighting: of all filters of an order, it leaves the
//! least weighted noise (Gerzon and Craven, "Optimal noise shaping and dither of digital signals",
//! AES 1989). It is minimum-phase. The weighting is the inverse of the absolute threshold in quiet
//! (Terhardt 1979).

use crate::units::SampleRate;
use std::f64::consts::PI;

/// Points of the frequency axis, up to Nyquist.
const BINS: usize = 2_048;

/// Range of the weighting of the mild curve, in decibels.
const MILD_RANGE_DB: f64 = 30.0;

/// Largest rise of the total noise by the strong curve, in decibels.
const MOST_NOISE_DB: f64 = 15.0;

/// Largest weighted gain of the strong curve, in decibels: beyond it there is nothing to gain. High
/// rates reach it with less noise.
const MOST_GAIN_DB: f64 = 30.0;

/// Returns the absolute threshold in quiet, dB SPL (E. Terhardt, "Calculating virtual pitch", 1979,
/// as used in MPEG psychoacoustics).
fn threshold_db(frequency_hz: f64) -> f64 {
    let khz = (frequency_hz / 1_000.0).max(0.02);
    3.64 * khz.powf(-0.8) - 6.5 * (-0.6 * (khz - 3.3).powi(2)).exp() + 1e-3 * khz.powi(4)
}

/// Returns the taps of [`NoiseShape::Mild`](super::NoiseShape::Mild), from the newest error on. The
/// range of the weighting is limited, so that the noise that rises near Nyquist stays far below the
/// signal.
pub(super) fn mild(rate: SampleRate) -> [f64; 9] {
    whiten(&correlation::<10>(&weights(rate, MILD_RANGE_DB)))
}

/// Returns the taps of [`NoiseShape::Strong`](super::NoiseShape::Strong), from the newest error on.
///
/// A constant is added to the weighting. The filter is then the best of those whose total noise is
/// as large as its own: the constant is the multiplier of that condition. The constant is the least
/// with which the filter keeps within [`MOST_NOISE_DB`] and [`MOST_GAIN_DB`].
pub(super) fn strong(rate: SampleRate) -> [f64; 16] {
    let correlation = correlation::<17>(&weights(rate, f64::INFINITY));
    let with = |exponent: f64| {
        let mut raised = correlation;
        raised[0] += BINS as f64 * 10.0_f64.powf(exponent);
        whiten(&raised)
    };
    let (mut wild, mut tame) = (-14.0, 0.0);
    for _ in 0..50 {
        let middle = f64::midpoint(wild, tame);
        let taps = with(middle);
        let bounded = total_db(&taps) <= MOST_NOISE_DB && gain_db(&correlation, &taps) <= MOST_GAIN_DB;
        *(if bounded { &mut tame } else { &mut wild }) = middle;
    }
    with(tame)
}

/// Returns the weighting at every bin: 1 where the ear is keenest, down to `range_db` below.
fn weights(rate: SampleRate, range_db: f64) -> Vec<f64> {
    let floor = (0..BINS).map(|k| threshold_db(rate.nyquist_hz() * k as f64 / BINS as f64)).fold(f64::MAX, f64::min);
    let weight = |k: usize| {
        let above = threshold_db(rate.nyquist_hz() * (k as f64 + 0.5) / BINS as f64) - floor;
        10.0_f64.powf(-above.clamp(0.0, range_db) / 10.0)
    };
    (0..BINS).map(weight).collect()
}

/// Returns the autocorrelation whose spectrum is the weighting.
fn correlation<const LAGS: usize>(weights: &[f64]) -> [f64; LAGS] {
    std::array::from_fn(|lag| {
        let cosine = |k: usize| (PI * lag as f64 * (k as f64 + 0.5) / BINS as f64).cos();
        weights.iter().enumerate().map(|(k, w)| w * cosine(k)).sum()
    })
}

/// Returns the taps of the prediction-error filter, by Levinson's recursion.
fn whiten<const LAGS: usize, const ORDER: usize>(correlation: &[f64; LAGS]) -> [f64; ORDER] {
    let mut filter = [0.0; LAGS];
    filter[0] = 1.0;
    let mut power = correlation[0];
    for order in 1..LAGS {
        let reflection = -(0..order).map(|k| filter[k] * correlation[order - k]).sum::<f64>() / power;
        let before = filter;
        for k in 1..=order {
            filter[k] = before[k] + reflection * before[order - k];
        }
        power *= 1.0 - reflection * reflection;
    }
    std::array::from_fn(|tap| filter[tap + 1])
}

/// Returns the rise of the total noise, in decibels: the power of the filter.
fn total_db(taps: &[f64]) -> f64 {
    10.0 * (1.0 + taps.iter().map(|tap| tap * tap).sum::<f64>()).log10()
}

/// Returns the decibels by which the weighted noise falls.
fn gain_db(correlation: &[f64], taps: &[f64]) -> f64 {
    let filter: Vec<f64> = std::iter::once(1.0).chain(taps.iter().copied()).collect();
    let row =
        |(n, a): (usize, &f64)| a * filter.iter().enumerate().map(|(m, b)| b * correlation[n.abs_diff(m)]).sum::<f64>();
    let weighted: f64 = filter.iter().enumerate().map(row).sum();
    10.0 * (correlation[0] / weighted).log10()
}

#[cfg(test)]
mod tests;
