//! Inner loop of the true-peak detector: eight intervals at once, compiled for several instruction
//! sets and chosen at run time.
//!
//! Lanes are intervals, so each lane adds up its own taps in their order, without fused
//! multiplication. Every target gives the same bits, and so does every way to group intervals.
#![allow(unsafe_code)] // `multiversion` expands to calls of functions compiled for a detected instruction set.

use super::windowed_sinc::windowed_sinc;
use crate::simd::vectorised;

/// Grid points per frame.
pub(super) const PHASES: usize = 8;

/// Taps of each phase; half of them lie ahead.
pub(super) const TAPS: usize = 2 * HALF;
pub(super) const HALF: usize = 128;

/// Intervals that are computed at once.
pub(super) const RUN: usize = 8;

/// Kaiser β: flat to 0.01 dB up to 0.483 fs. From there to Nyquist the signal is read in part, as
/// every converter passes it in part.
const BETA: f64 = 4.0;

/// Grid points of a run of intervals: `[phase][interval]`.
pub(super) type Grid = [[f32; RUN]; PHASES];

/// Taps, from the outermost pair to the innermost. Those of the phases p and 8 − p mirror each
/// other, so both come from two filters of half the length. One runs over the sums of mirrored
/// samples, one over their differences.
#[derive(Clone, Debug)]
pub(super) struct Taps {
    /// Half the sums of phases 1 and 7, 2 and 6, 3 and 5, then phase 4. Then half the differences
    /// of 1 and 7, 2 and 6, 3 and 5.
    rows: [[f32; PHASES - 1]; HALF],
}

impl Taps {
    pub(super) fn new() -> Self {
        let mut rows = [[0.0; PHASES - 1]; HALF];
        for (tap, row) in rows.iter_mut().enumerate() {
            // The sample `tap` of the window lies HALF − 1 − tap frames before the interval begins.
            let value = |phase: usize| {
                let distance = (HALF - 1 - tap) as f64 + phase as f64 / PHASES as f64;
                windowed_sinc(distance, HALF as f64, BETA)
            };
            for phase in 1..PHASES / 2 {
                row[phase - 1] = f64::midpoint(value(phase), value(PHASES - phase)) as f32;
                row[phase + 3] = f64::midpoint(value(phase), -value(PHASES - phase)) as f32;
            }
            row[3] = value(PHASES / 2) as f32;
        }
        Self { rows }
    }
}

// Eight lanes of f32 fill one register of AVX: AVX-512 would leave half of each empty.
vectorised! { avx2, avx;
    /// Computes the grid points of [`RUN`] intervals. The first one begins at sample [`HALF`] − 1
    /// of `samples`, which holds [`TAPS`] + `RUN` − 1.
    pub(super) fn interpolate(taps: &Taps, samples: &[f32; TAPS + RUN - 1], grid: &mut Grid) {
        // Seven arrays, not an array of seven: so they stay in registers, which is worth a factor
        // of three.
        let [mut sum_1, mut sum_2, mut sum_3, mut sum_4] = [[0.0_f32; RUN]; 4];
        let [mut difference_1, mut difference_2, mut difference_3] = [[0.0_f32; RUN]; 3];
        for (tap, row) in taps.rows.iter().enumerate() {
            let before = &samples[tap..tap + RUN];
            let after = &samples[TAPS - 1 - tap..TAPS - 1 - tap + RUN];
            let (mut sum, mut difference) = ([0.0; RUN], [0.0; RUN]);
            for lane in 0..RUN {
                sum[lane] = before[lane] + after[lane];
                difference[lane] = before[lane] - after[lane];
            }
            add(&mut sum_1, row[0], &sum);
            add(&mut sum_2, row[1], &sum);
            add(&mut sum_3, row[2], &sum);
            add(&mut sum_4, row[3], &sum);
            add(&mut difference_1, row[4], &difference);
            add(&mut difference_2, row[5], &difference);
            add(&mut difference_3, row[6], &difference);
        }
        grid[0].copy_from_slice(&samples[HALF - 1..HALF - 1 + RUN]);
        grid[PHASES / 2] = sum_4;
        let pairs = [(sum_1, difference_1), (sum_2, difference_2), (sum_3, difference_3)];
        for (phase, (even, odd)) in (1..).zip(pairs) {
            for lane in 0..RUN {
                grid[phase][lane] = even[lane] + odd[lane];
                grid[PHASES - phase][lane] = even[lane] - odd[lane];
            }
        }
    }
}

#[inline(always)] // A call here would be compiled for the lowest instruction set.
#[allow(clippy::inline_always)]
fn add(sums: &mut [f32; RUN], coefficient: f32, values: &[f32; RUN]) {
    for lane in 0..RUN {
        sums[lane] += coefficient * values[lane];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mixdown_fixtures::signals::white_noise;

    #[test]
    fn the_run_equals_its_plain_twin_one_phase_after_another() {
        let samples: [f32; TAPS + RUN - 1] = white_noise(5, 1.0, TAPS + RUN - 1).try_into().unwrap();
        let mut grid = [[0.0; RUN]; PHASES];
        interpolate(&Taps::new(), &samples, &mut grid);
        for (phase, points) in grid.iter().enumerate() {
            for (interval, point) in points.iter().enumerate() {
                let plain: f64 = (0..TAPS)
                    .map(|tap| {
                        let distance = (HALF as f64 - 1.0 - tap as f64) + phase as f64 / PHASES as f64;
                        windowed_sinc(distance, HALF as f64, BETA) * f64::from(samples[interval + tap])
                    })
                    .sum();
                // 128 products in f32, their sum up to 3: 128 half ulps of 2.4e-7 at the very
                // worst.
                assert!((f64::from(*point) - plain).abs() < 1.6e-5, "phase {phase}, interval {interval}");
            }
        }
    }
}
