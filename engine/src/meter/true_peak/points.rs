//! Points of a few intervals side by side, and the highest of the parabolas through them.
#![allow(clippy::inline_always)] // What is not inlined is not compiled for the instructions that it names.

use super::lanes::{Kernel, TruePeakLanes, dispatch, larger};
use super::table::{PHASES, PhaseTaps, TAPS};
use crate::simd::vectorised;

/// Intervals that are read together.
pub(super) const READ: usize = 3;
/// Windows of samples that this takes: the first interval's neighbour lends its last point.
pub(super) const WINDOWS: usize = READ + 1;
/// Samples of those windows.
pub(super) const SPAN: usize = TAPS + READ;

/// Returns the points of every window, the first of which begins with `samples[0]`. Products are
/// added up from the oldest sample to the newest, nothing fused.
pub(super) fn points(taps: &PhaseTaps, samples: &[f32; SPAN]) -> [[f32; PHASES]; WINDOWS] {
    dispatch(PointLanes { taps, samples })
}

#[derive(Clone)]
struct PointLanes<'a> {
    taps: &'a PhaseTaps,
    samples: &'a [f32; SPAN],
}

impl Kernel for PointLanes<'_> {
    type Output = [[f32; PHASES]; WINDOWS];

    #[inline(always)]
    fn run<L: TruePeakLanes>(self, lanes: L) -> Self::Output {
        let mut sums = [lanes.splat(0.0); WINDOWS];
        for (tap, coefficients) in self.taps.iter().enumerate() {
            let coefficients = lanes.load(coefficients);
            for (window, sum) in sums.iter_mut().enumerate() {
                let x = lanes.splat(self.samples[tap + window]);
                *sum = lanes.add(*sum, lanes.mul(x, coefficients));
            }
        }
        sums.map(|sum| lanes.store(sum))
    }
}

// Each interval ends with sixteen maxima, one after the other. AVX-512 does not shorten them.
vectorised! { avx2, avx;
    /// Returns the highest magnitude in each interval, on its grid and on the parabolas through it.
    pub(super) fn highest(points: &[[f32; PHASES]; WINDOWS], samples: &[f32; SPAN]) -> [f32; READ] {
        let mut highest = [0.0; READ];
        for (index, highest) in highest.iter_mut().enumerate() {
            let middles = &points[index + 1];
            let (mut lefts, mut rights) = ([0.0; PHASES], [0.0; PHASES]);
            lefts[0] = points[index][PHASES - 1];
            lefts[1..].copy_from_slice(&middles[..PHASES - 1]);
            rights[..PHASES - 1].copy_from_slice(&middles[1..]);
            rights[PHASES - 1] = samples[TAPS / 2 + 1 + index];
            let mut peaks = [0.0; PHASES];
            for phase in 0..PHASES {
                let sign = 1.0_f32.copysign(middles[phase]);
                let middle = middles[phase] * sign;
                let (left, right) = (middle - lefts[phase] * sign, middle - rights[phase] * sign);
                let sum = left + right;
                let bent = left >= 0.0 && right >= 0.0 && sum > 0.0;
                let slant = left - right;
                let rise = if bent { slant * (slant / (8.0 * sum)) } else { 0.0 };
                peaks[phase] = middle + rise;
            }
            *highest = peaks.into_iter().fold(0.0, larger);
        }
        highest
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meter::true_peak::table::TABLE;
    use crate::simd::twin::assert_same_bits;
    use mixdown_fixtures::signals::white_noise;

    /// Returns twenty spans of noise, each with a negative zero.
    fn spans() -> Vec<[f32; SPAN]> {
        let span = |seed: u64| {
            let mut samples: [f32; SPAN] = white_noise(seed, 1.0, SPAN).try_into().unwrap();
            samples[seed as usize] = -0.0;
            samples
        };
        (0..20).map(span).collect()
    }

    #[cfg(target_arch = "x86_64")]
    #[test]
    fn every_set_gives_the_points_of_the_plain_twin() {
        let spans = spans();
        let kernels: Vec<_> = spans.iter().map(|samples| PointLanes { taps: &TABLE.taps, samples }).collect();
        crate::meter::true_peak::lanes::assert_twins("meter/true_peak/points", &kernels);
    }

    #[test]
    fn points_equal_their_sums_by_hand_bit_for_bit() {
        for samples in spans() {
            let by_hand = |window: usize, phase: usize| {
                (0..TAPS).fold(0.0, |sum, tap| sum + samples[window + tap] * TABLE.taps[tap][phase])
            };
            let expected: [[f32; PHASES]; WINDOWS] =
                std::array::from_fn(|window| std::array::from_fn(|phase| by_hand(window, phase)));
            assert_same_bits("points", &points(&TABLE.taps, &samples), &expected);
        }
    }

    #[test]
    fn the_first_point_of_a_window_is_its_middle_sample() {
        let samples = white_noise(1, 1.0, SPAN);
        let points = points(&TABLE.taps, samples.first_chunk().unwrap());
        for (window, points) in points.iter().enumerate() {
            assert_eq!(points[0], samples[window + TAPS / 2 - 1]);
        }
    }
}
