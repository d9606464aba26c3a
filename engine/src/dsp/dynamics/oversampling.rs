//! Four times oversampling for processors that bend a waveform: linear phase, with a delay of a
//! whole number of frames.

use super::windowed_sinc::windowed_sinc;

/// Points per frame.
pub(super) const FACTOR: usize = 4;

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

/// Points of one frame.
pub(super) type Points = [f64; FACTOR];

/// Filters, `[tap][phase]`.
#[derive(Clone, Debug)]
pub(super) struct Oversampler {
    up: Box<[Points; TAPS]>,
    down: Box<[Points; TAPS]>,
}

impl Oversampler {
    pub(super) fn new() -> Self {
        let taps = |value: &dyn Fn(f64, f64) -> f64| {
            let mut taps = Box::new([[0.0; FACTOR]; TAPS]);
            for (tap, phases) in taps.iter_mut().enumerate() {
                for (phase, coefficient) in phases.iter_mut().enumerate() {
                    let distance = value(tap as f64, phase as f64 / FACTOR as f64);
                    *coefficient = windowed_sinc(distance, HALF as f64, BETA);
                }
            }
            taps
        };
        let up = taps(&|tap, phase| (HALF - 1) as f64 - tap + phase);
        let mut down = taps(&|tap, phase| tap - HALF as f64 + phase);
        down.iter_mut().flatten().for_each(|coefficient| *coefficient /= FACTOR as f64);
        Self { up, down }
    }

    /// Returns the largest factor by which a point may exceed the largest sample around it.
    pub(super) fn most_rise(&self) -> f64 {
        let sum = |phase: usize| self.up.iter().map(|taps| taps[phase].abs()).sum::<f64>();
        (0..FACTOR).map(sum).fold(1.0, f64::max)
    }

    /// Returns the points from frame `TAPS / 2 − 1` of [`TAPS`] samples up to the next one.
    #[inline]
    pub(super) fn up(&self, samples: &[f64]) -> Points {
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
    #[inline]
    pub(super) fn down(&self, points: &[Points]) -> f64 {
        let mut sums = [[0.0; FACTOR]; 4];
        for (taps, points) in self.down.chunks_exact(4).zip(points.chunks_exact(4)) {
            for ((sum, taps), points) in sums.iter_mut().zip(taps).zip(points) {
                for phase in 0..FACTOR {
                    sum[phase] += taps[phase] * points[phase];
                }
            }
        }
        let [a, b, c, d] = folded(&sums);
        (a + b) + (c + d)
    }
}

#[inline]
fn folded(sums: &[Points; 4]) -> Points {
    std::array::from_fn(|phase| (sums[0][phase] + sums[1][phase]) + (sums[2][phase] + sums[3][phase]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    #[test]
    fn the_stop_band_is_more_than_90_db_down_and_the_pass_band_flat() {
        let filter = Oversampler::new();
        // The decimation, as one filter at four times the rate.
        let taps: Vec<f64> = filter.down.iter().flatten().copied().collect();
        let gain_db = |frequency: f64| {
            let (re, im) = taps.iter().enumerate().fold((0.0, 0.0), |(re, im), (n, tap)| {
                let angle = TAU * frequency * n as f64 / FACTOR as f64;
                (re + tap * angle.cos(), im + tap * angle.sin())
            });
            10.0 * f64::log10(re * re + im * im)
        };
        for step in 0..=1_000 {
            let stop = 0.567 + f64::from(step) / 1_000.0 * (2.0 - 0.567);
            assert!(gain_db(stop) < -90.0, "{stop} fs: {} dB", gain_db(stop));
            let pass = 0.433 * f64::from(step) / 1_000.0;
            assert!(gain_db(pass).abs() < 0.001, "{pass} fs: {} dB", gain_db(pass));
        }
    }

    #[test]
    fn the_first_point_of_a_frame_is_its_sample() {
        let samples: Vec<f64> = (0..TAPS).map(|n| (n * n % 17) as f64 - 8.3).collect();
        assert_eq!(Oversampler::new().up(&samples)[0], samples[TAPS / 2 - 1]);
    }
}
