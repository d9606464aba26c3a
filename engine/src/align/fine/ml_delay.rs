//! Maximum-likelihood line through the pooled weighted cross-spectra of all segments. Of a dull
//! stem under noise, one segment alone may be off by a sample. The median of such segments may be
//! off by half of one.

use super::cross_spectrum::{PhaseDerivatives, SegmentMeasurement};
use super::segment::SegmentCorrelator;
use super::thresholds::THRESHOLDS;
use crate::align::time_map::line::LinearDelay;
use crate::resample::TimeMap;

/// Line, with one standard deviation of its offset in the middle of its segments and one of its
/// drift.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Pooled {
    pub(crate) line: LinearDelay,
    pub(crate) delay_sd: f64,
    pub(crate) drift_sd: f64,
}

/// Contribution of one segment to the correlation of all along a line.
struct Contribution {
    /// Frames from the middle of all segments.
    at: f64,
    stand: PhaseDerivatives,
}

/// Curvature of the correlation of all segments, by the offset and by the drift.
struct Bends {
    drifts: bool,
    /// Curvatures of the segments, times their places, and times the squares of those.
    sums: (f64, f64, f64),
}

impl Bends {
    fn of(each: &[Contribution], drifts: bool) -> Self {
        let sum = |power: i32| each.iter().map(|one| one.stand.bend * one.at.powi(power)).sum::<f64>();
        Self { drifts, sums: (sum(0), sum(1), sum(2)) }
    }

    /// Returns the step to the top, of the offset and of the drift, from the slope by each of them.
    fn step(&self, (slope, slope_of_drift): (f64, f64)) -> Option<(f64, f64)> {
        let (b0, b1, b2) = self.sums;
        if !self.drifts {
            return Some((slope / b0, 0.0));
        }
        let determinant = b0 * b2 - b1 * b1;
        // A curve that bends downwards in one direction and upwards in another has no top here.
        (determinant > 0.0).then(|| {
            ((b2 * slope - b1 * slope_of_drift) / determinant, (b0 * slope_of_drift - b1 * slope) / determinant)
        })
    }

    /// Returns the leverage of a segment on the line, 0 to 1.
    fn leverage(&self, one: &Contribution) -> f64 {
        let (b0, b1, b2) = self.sums;
        let of_all = if self.drifts {
            (b2 - 2.0 * b1 * one.at + b0 * one.at * one.at) / (b0 * b2 - b1 * b1)
        } else {
            b0.recip()
        };
        (one.stand.bend * of_all).clamp(0.0, 0.9)
    }
}

impl Pooled {
    /// Finds the line nearest to a straight `time_map` at which the phases of the weighted
    /// cross-spectra agree best, whatever the sign. It is the delay of Hannan and Thomson (1973),
    /// for all segments as one. `None` if no line is within `reach` frames of the time map at all
    /// of them.
    pub(crate) fn near(
        measured: &[&SegmentMeasurement],
        correlator: &SegmentCorrelator,
        time_map: &TimeMap,
        drifts: bool,
        reach: f64,
    ) -> Option<Self> {
        let middle = measured.iter().map(|one| one.at).sum::<f64>() / measured.len() as f64;
        let half = measured.iter().fold(0.0_f64, |half, one| half.max((one.at - middle).abs()));
        let mut line = if drifts { LinearDelay::first_of(time_map) } else { LinearDelay::flat(time_map.delay(middle)) };
        for _ in 0..THRESHOLDS.max_newton_steps {
            let stand = |one: &&SegmentMeasurement| {
                PhaseDerivatives::of(one.turned(line.delay(one.at), correlator), correlator)
            };
            let each: Vec<Contribution> =
                measured.iter().map(|one| Contribution { at: one.at - middle, stand: stand(one) }).collect();
            let bends = Bends::of(&each, drifts);
            let slope = each.iter().map(|one| one.stand.slope).sum();
            let (by, drift) = bends.step((slope, each.iter().map(|one| one.stand.slope * one.at).sum()))?;
            if by.abs() + drift.abs() * half > THRESHOLDS.min_newton_step_frames {
                line = LinearDelay { offset: line.offset + by - drift * middle, drift: line.drift + drift };
                continue;
            }
            let top = each.iter().map(|one| one.stand.height).sum::<f64>() * bends.sums.0 > 0.0;
            let near = |one: &&SegmentMeasurement| (line.delay(one.at) - time_map.delay(one.at)).abs() <= reach;
            if !top || !measured.iter().all(near) {
                return None;
            }
            // The segments differ in weight, so the deviation is that of their contributions.
            let mut variance = (0.0, 0.0);
            for one in &each {
                let slope = one.stand.slope / (1.0 - bends.leverage(one));
                let (by, drift) = bends.step((slope, slope * one.at))?;
                variance = (variance.0 + by * by, variance.1 + drift * drift);
            }
            return Some(Self { line, delay_sd: variance.0.sqrt(), drift_sd: variance.1.sqrt() });
        }
        None
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // What fails here fails a test, with the line.
    use super::*;
    use crate::align::tests::segment_fixture::{LATE, LEN, SegmentFixture, low_passed};
    use mixdown_fixtures::{alignment as make, signals};

    /// Pools from a flat time map, within three frames of it.
    fn pool_segments(trial: &SegmentFixture, from: f64, drifts: bool) -> Option<Pooled> {
        Pooled::near(
            &trial.measured.iter().collect::<Vec<_>>(),
            &trial.correlator,
            &LinearDelay::flat(from).into(),
            drifts,
            3.0,
        )
    }

    #[test]
    fn noise_ten_decibels_louder_leaves_a_dull_stem_within_a_sample_either_way_up() {
        let source = low_passed(&signals::white_noise(5, 0.5, 14 * LEN));
        let delay = make::late(&source, LATE);
        let mut squares = 0.0;
        for seed in 20..36 {
            let sign = if seed % 2 == 0 { 1.0 } else { -1.0 };
            let copy: Vec<f32> = delay.iter().map(|x| x * sign).collect();
            let trial = SegmentFixture::new(&source, &make::with_noise(&copy, -10.0, seed));
            let found = pool_segments(&trial, LATE + 1.2, false).unwrap();
            let off = found.line.delay(0.0) - LATE;
            assert!(off.abs() < 1.0 && found.delay_sd < 0.5, "{seed} {sign}: {off} {found:?}");
            squares += (off / found.delay_sd).powi(2) / 16.0;
        }
        // Mean square over sixteen delays, each over a deviation that thirteen segments determine
        // to a fifth: within these bounds nineteen times in twenty.
        assert!((0.4..2.2).contains(&squares), "{squares}");
    }

    #[test]
    fn a_drift_shows_where_there_is_one() {
        let source = low_passed(&signals::white_noise(5, 0.5, 14 * LEN));
        for ppm in [0.0, 4.0] {
            let trial = SegmentFixture::new(&source, &make::with_noise(&make::drifting(&source, LATE, ppm), 0.0, 6));
            let found = pool_segments(&trial, LATE, true).unwrap();
            let off = found.line.drift - ppm * 1e-6;
            assert!(off.abs() < 4.0 * found.drift_sd && found.drift_sd < 1e-6, "{ppm}: {found:?}");
            assert!((found.line.offset - LATE).abs() < 0.5, "{ppm}: {found:?}");
        }
    }

    #[test]
    fn a_line_that_is_right_in_the_middle_alone_turns() {
        // Segments that are all alike, once per second. The delay in the middle is right from the
        // start, and requires no step.
        let second = low_passed(&signals::white_noise(5, 0.5, LEN));
        let source = make::looped(&second, LEN, 14 * LEN);
        let middle = 6.5 * LEN as f64;
        let trial = SegmentFixture::new(&source, &make::drifting(&source, LATE - 1e-6 * middle, 1.0));
        let found = pool_segments(&trial, LATE, true).unwrap();
        assert!((found.line.drift - 1e-6).abs() < 1e-9 && (found.line.delay(middle) - LATE).abs() < 1e-3, "{found:?}");
    }

    #[test]
    fn what_lies_out_of_reach_is_none_and_so_is_silence() {
        let source = low_passed(&signals::white_noise(5, 0.5, 14 * LEN));
        let trial = SegmentFixture::new(&source, &make::with_noise(&make::late(&source, LATE), 0.0, 6));
        assert!(pool_segments(&trial, LATE + 2.0, false).is_some());
        assert_eq!(pool_segments(&trial, LATE + 4.0, false), None);
        let silent = SegmentFixture::new(&source, &vec![0.0; source.len()]);
        assert_eq!((pool_segments(&silent, LATE, false), pool_segments(&silent, LATE, true)), (None, None));
    }
}
