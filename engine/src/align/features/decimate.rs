//! Decimation of a stem: enough for a coarse search, at a fraction of the work.
#![allow(unsafe_code)] // `multiversion` expands to calls of functions compiled for a detected instruction set.

use super::thresholds::THRESHOLDS;
use crate::simd::vectorised;
use std::f64::consts::PI;
use std::ops::Range;

/// Low-pass with the factor by which it decimates.
#[derive(Clone, Debug)]
pub(crate) struct Decimator {
    factor: usize,
    taps: Vec<f32>,
}

impl Decimator {
    /// Creates a decimator for stems at `rate_hz`. Its factor is the largest power of two that
    /// leaves at least 5 kHz.
    pub(crate) fn new(rate_hz: f64) -> Self {
        let mut factor = 1;
        while rate_hz / (2 * factor) as f64 >= THRESHOLDS.min_decimated_hz {
            factor *= 2;
        }
        let half = if factor == 1 { 0 } else { (THRESHOLDS.decimator_reach_frames * factor) as i64 };
        let raw: Vec<f64> = (-half..=half)
            .map(|n| {
                let x = 2.0 * THRESHOLDS.decimator_edge_share * n as f64 / factor as f64;
                let sinc = if n == 0 { 1.0 } else { (PI * x).sin() / (PI * x) };
                sinc * (0.5 + 0.5 * (PI * n as f64 / (half + 1) as f64).cos())
            })
            .collect();
        let sum: f64 = raw.iter().sum();
        Self { factor, taps: raw.into_iter().map(|tap| (tap / sum) as f32).collect() }
    }

    /// Returns the frames of the stem in one decimated frame.
    pub(crate) fn factor(&self) -> usize {
        self.factor
    }

    /// Returns the frames of the stem that decimated frames are made of.
    pub(crate) fn support(&self, decimated: Range<usize>) -> Range<i64> {
        let (factor, half) = (self.factor as i64, (self.taps.len() / 2) as i64);
        if decimated.is_empty() {
            return 0..0;
        }
        decimated.start as i64 * factor - half..(decimated.end as i64 - 1) * factor + half + 1
    }

    /// Returns the number of decimated frames that are made of frames before `end` alone.
    pub(crate) fn ready(&self, end: usize) -> usize {
        end.saturating_sub(self.taps.len() / 2).div_ceil(self.factor)
    }

    /// Appends `count` decimated frames. The samples begin where the support of the first one does.
    pub(crate) fn make(&self, samples: &[f32], count: usize, out: &mut Vec<f32>) {
        filter(samples, self.factor, &self.taps, count, out);
    }
}

vectorised! {
    fn filter(samples: &[f32], factor: usize, taps: &[f32], count: usize, out: &mut Vec<f32>) {
        for n in 0..count {
            out.push(dot(&samples[n * factor..][..taps.len()], taps));
        }
    }
}

/// Returns the sum of products, in eight lanes.
#[inline]
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0_f32; 8];
    let (a8, a_rest) = a.as_chunks::<8>();
    let (b8, b_rest) = b.as_chunks::<8>();
    for (a, b) in a8.iter().zip(b8) {
        for ((lane, a), b) in lanes.iter_mut().zip(a).zip(b) {
            *lane += a * b;
        }
    }
    lanes.iter().sum::<f32>() + a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum::<f32>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use mixdown_fixtures::signals;

    #[test]
    fn a_low_tone_stays_in_time_and_a_high_one_goes() {
        let decimator = Decimator::new(44_100.0);
        assert_eq!(decimator.factor(), 8);
        let decimated = |hz| {
            let tone = signals::sine(44_100.0, hz, 0.5, 0.0, 44_100);
            let support = decimator.support(100..150);
            let mut out = Vec::new();
            decimator.make(&tone[support.start as usize..support.end as usize], 50, &mut out);
            out
        };
        let expected = signals::sine(44_100.0 / 8.0, 500.0, 0.5, 0.0, 150);
        // The window ripples by less than 0.02 in the pass band.
        assert!(decimated(500.0).iter().zip(&expected[100..]).all(|(x, y)| (x - y).abs() < 0.02));
        assert!(decimated(4_000.0).iter().all(|x| x.abs() < 0.005));
    }
}
