//! Check that the lower and the upper half of the coherent bins agree on the delay. A filter over
//! one of two stems delays low bins by more than high ones; noise does not.

use super::cross_spectrum::SegmentMeasurement;
use super::segment::SegmentCorrelator;
use super::thresholds::THRESHOLDS;
use crate::resample::TimeMap;
use mixdown_fft::Complex;
use std::f64::consts::TAU;
use std::ops::Range;

/// Difference between the delays of the lower and the upper half.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct GroupDelayCheck {
    /// In frames.
    apart: f64,
    /// One standard deviation, from the spread of the segments.
    sd: f64,
}

impl GroupDelayCheck {
    /// Splits the weighted cross-spectra of the segments, turned back by `time_map`, into two
    /// halves with as much in common each. `None` where the cross-spectra are empty. `None` also
    /// where the lowest bin alone holds half of the sum, so that there are no two halves to
    /// compare.
    pub(crate) fn of(
        measured: &[SegmentMeasurement],
        correlator: &SegmentCorrelator,
        time_map: &TimeMap,
    ) -> Option<Self> {
        let step = TAU / correlator.size as f64;
        let omega = |n: usize| (correlator.bins.start + n) as f64 * step;
        let common = measured.iter().fold(vec![0.0; correlator.bins.len()], |mut sums, one| {
            sums.iter_mut().zip(one.turned(time_map.delay(one.at), correlator)).for_each(|(sum, bin)| *sum += bin.re);
            sums
        });
        let all: f64 = common.iter().sum();
        let mut so_far = 0.0;
        let split = common.iter().position(|x| {
            so_far += x / all;
            so_far >= 0.5
        })?;
        // One step of Newton's method from the time map to where the phases of a part agree best.
        // It is the sum of the contributions of all segments.
        let bend = |part: Range<usize>| part.map(|n| omega(n).powi(2) * common[n]).sum::<f64>();
        let (low, high) = (bend(0..split), bend(split..common.len()));
        // For stems of opposite polarity both are negative.
        if low.signum() != high.signum() || low == 0.0 || high == 0.0 {
            return None;
        }
        let adds = |one: &SegmentMeasurement| -> f64 {
            let delay = |(n, bin): (usize, Complex<f64>)| {
                -omega(n) * bin.im * if n < split { low.recip() } else { -high.recip() }
            };
            one.turned(time_map.delay(one.at), correlator).enumerate().map(delay).sum()
        };
        let each: Vec<f64> = measured.iter().map(adds).collect();
        let (count, apart) = (each.len() as f64, each.iter().sum::<f64>());
        let squares = each.iter().map(|x| (x - apart / count).powi(2)).sum::<f64>();
        Some(Self { apart, sd: (squares * count / (count - 1.0)).sqrt() })
    }

    /// Returns true if the halves are surely near enough to each other.
    pub(crate) fn agree(self) -> bool {
        self.apart.abs() + 2.0 * self.sd <= THRESHOLDS.max_halves_difference_frames
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // What fails here fails a test, with the line.
    use super::*;
    use crate::align::tests::segment_fixture::{LATE, LEN, RATE_HZ, SegmentFixture, low_passed};
    use mixdown_fixtures::{alignment as make, signals};

    /// Returns the halves for a dull stem and its processed copy, delayed and under as much noise.
    fn halves(became: impl Fn(&[f32]) -> Vec<f32>) -> GroupDelayCheck {
        of_pair(&low_passed(&signals::white_noise(5, 0.5, 14 * LEN)), became).unwrap()
    }

    fn of_pair(source: &[f32], became: impl Fn(&[f32]) -> Vec<f32>) -> Option<GroupDelayCheck> {
        let copy = make::with_noise(&make::late(&became(source), LATE), 0.0, 6);
        let SegmentFixture { measured, correlator, time_map } = SegmentFixture::new(source, &copy);
        GroupDelayCheck::of(&measured, &correlator, &time_map)
    }

    #[test]
    fn noise_leaves_the_halves_together() {
        let halves = halves(<[f32]>::to_vec);
        assert!(halves.agree() && halves.apart.abs() <= 3.0 * halves.sd, "{halves:?}");
    }

    #[test]
    fn a_filter_takes_the_halves_apart() {
        let halves = halves(|source| make::other_microphone(source, RATE_HZ, 0.5, 7));
        assert!(!halves.agree() && halves.apart.abs() > 3.0 * halves.sd, "{halves:?}");
    }

    #[test]
    fn hum_alone_in_the_lowest_bin_has_no_halves() {
        let bin_hz = 60.0;
        let hum = signals::sine(RATE_HZ, bin_hz, 0.5, 0.1, 14 * LEN);
        assert_eq!(of_pair(&hum, <[f32]>::to_vec), None);
    }

    #[test]
    fn what_is_uncertain_does_not_agree() {
        assert!(GroupDelayCheck { apart: -1.0, sd: 0.9 }.agree());
        for (apart, sd) in [(3.1, 0.0), (-3.1, 0.0), (0.0, 1.6), (f64::NAN, 0.1), (0.1, f64::NAN)] {
            assert!(!GroupDelayCheck { apart, sd }.agree(), "{apart} {sd}");
        }
    }
}
