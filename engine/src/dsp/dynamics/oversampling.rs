//! Oversampling for processors that bend a waveform: linear phase, with a delay of a whole number
//! of frames, the same for every factor.

#![allow(clippy::inline_always)] // Loops compiled for an instruction set must contain these bodies: up to 3.3 times as fast.

use super::windowed_sinc::windowed_sinc;

/// Taps of each phase, for interpolation and for decimation.
pub(super) const TAPS: usize = 2 * HALF;
const HALF: usize = 24;

/// Delay of a point by the interpolation, in frames.
pub(super) const UP_DELAY: usize = HALF;

/// Delay added by the decimation, in frames.
pub(super) const DOWN_DELAY: usize = HALF - 1;

/// Kaiser β for a stop band 96 dB down: 0.1102·(96 − 8.7). Pass band to 0.434 of the frame rate,
/// stop band from 0.566.
const BETA: f64 = 9.62;

/// Filters of `FACTOR` points per frame, `[tap][phase]`.
#[derive(Clone, Debug)]
pub(super) struct Oversampler<const FACTOR: usize> {
    up: Box<[[f64; FACTOR]; TAPS]>,
    down: Box<[[f64; FACTOR]; TAPS]>,
}

impl<const FACTOR: usize> Oversampler<FACTOR> {
    /// Creates filters. The points that come down are `early` points before those that went up.
    pub(super) fn new(early: f64) -> Self {
        let taps = |value: &dyn Fn(f64, f64) -> f64| {
            let mut taps = Box::new([[0.0; FACTOR]; TAPS]);
            for (tap, phases) in taps.iter_mut().enumerate() {
                for (phase, coefficient) in phases.iter_mut().enumerate() {
                    *coefficient = windowed_sinc(value(tap as f64, phase as f64), HALF as f64, BETA);
                }
            }
            taps
        };
        let up = taps(&|tap, phase| (HALF - 1) as f64 - tap + phase / FACTOR as f64);
        let mut down = taps(&|tap, phase| tap - HALF as f64 + (phase - early) / FACTOR as f64);
        down.iter_mut().flatten().for_each(|coefficient| *coefficient /= FACTOR as f64);
        Self { up, down }
    }

    /// Returns the largest factor by which a point may exceed the largest sample around it.
    pub(super) fn most_rise(&self) -> f64 {
        let sum = |phase: usize| self.up.iter().map(|taps| taps[phase].abs()).sum::<f64>();
        (0..FACTOR).map(sum).fold(1.0, f64::max)
    }

    /// Returns the points from frame `TAPS / 2 − 1` of [`TAPS`] samples up to the next one.
    #[inline(always)]
    pub(super) fn up(&self, samples: &[f64]) -> [f64; FACTOR] {
        let mut sums = [[0.0; FACTOR]; 4];
        for (taps, samples) in self.up.chunks_exact(4).zip(samples.chunks_exact(4)) {
            for ((sum, taps), sample) in sums.iter_mut().zip(taps).zip(samples) {
                for phase in 0..FACTOR {
                    sum[phase] += taps[phase] * sample;
                }
            }
        }
        folded(&sums)
    }

    /// Returns the sample at frame `TAPS / 2` of the points of [`TAPS`] frames.
    #[inline(always)]
    pub(super) fn down(&self, points: &[[f64; FACTOR]]) -> f64 {
        let mut sums = [[0.0; FACTOR]; 4];
        for (taps, points) in self.down.chunks_exact(4).zip(points.chunks_exact(4)) {
            for ((sum, taps), points) in sums.iter_mut().zip(taps).zip(points) {
                for phase in 0..FACTOR {
                    sum[phase] += taps[phase] * points[phase];
                }
            }
        }
        let mut sums = folded(&sums);
        let mut left = FACTOR;
        while left > 1 {
            left /= 2;
            for pair in 0..left {
                sums[pair] = sums[2 * pair] + sums[2 * pair + 1];
            }
        }
        sums[0]
    }
}

#[inline(always)]
fn folded<const FACTOR: usize>(sums: &[[f64; FACTOR]; 4]) -> [f64; FACTOR] {
    std::array::from_fn(|phase| (sums[0][phase] + sums[1][phase]) + (sums[2][phase] + sums[3][phase]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    #[test]
    fn the_stop_band_is_more_than_90_db_down_and_the_pass_band_flat() {
        stop_and_pass::<4>(0.0);
        stop_and_pass::<8>(0.5);
        stop_and_pass::<16>(0.5);
    }

    fn stop_and_pass<const FACTOR: usize>(early: f64) {
        let filter = Oversampler::<FACTOR>::new(early);
        // The decimation, as one filter at the high rate.
        let taps: Vec<f64> = filter.down.iter().flatten().copied().collect();
        let gain_db = |frequency: f64| {
            let (re, im) = taps.iter().enumerate().fold((0.0, 0.0), |(re, im), (n, tap)| {
                let angle = TAU * frequency * n as f64 / FACTOR as f64;
                (re + tap * angle.cos(), im + tap * angle.sin())
            });
            10.0 * f64::log10(re * re + im * im)
        };
        for step in 0..=1_000 {
            let stop = 0.567 + f64::from(step) / 1_000.0 * (0.5 * FACTOR as f64 - 0.567);
            assert!(gain_db(stop) < -90.0, "{stop} fs: {} dB", gain_db(stop));
            let pass = 0.433 * f64::from(step) / 1_000.0;
            assert!(gain_db(pass).abs() < 0.001, "{pass} fs: {} dB", gain_db(pass));
        }
    }

    #[test]
    fn the_first_point_of_a_frame_is_its_sample() {
        let samples: Vec<f64> = (0..TAPS).map(|n| (n * n % 17) as f64 - 8.3).collect();
        assert_eq!(Oversampler::<4>::new(0.0).up(&samples)[0], samples[TAPS / 2 - 1]);
        assert_eq!(Oversampler::<16>::new(0.5).up(&samples)[0], samples[TAPS / 2 - 1]);
    }
}
