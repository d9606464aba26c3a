//! The line on which windows that listened to coherent bins lie, by what all of them heard together: of a dull stem under noise one window alone is off
//! by a sample, and the median of such answers by half of one.

use super::course::Course;
use super::line::Line;
use super::measure::Measured;
use super::window::Window;
use std::f64::consts::TAU;

/// Steps of Newton's method, and the last one that is worth another, in frames.
const STEPS: usize = 6;
const SETTLED: f64 = 1e-4;

/// A line, and one standard deviation of its offset in the middle of its windows and of its drift.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Pooled {
    pub(super) line: Line,
    pub(super) late_sd: f64,
    pub(super) drift_sd: f64,
}

/// What one window adds to the correlation of all along a line.
struct Adds {
    /// Frames from the middle of all windows.
    at: f64,
    /// The slope of the correlation, how much it bends downwards, and its height: the last two are negative where stems are upside down.
    slope: f64,
    bend: f64,
    height: f64,
}

/// The sums of what windows add, as they act on the offset and on the drift.
struct Sums {
    slope: (f64, f64),
    bend: (f64, f64, f64),
}

impl Sums {
    fn of(adds: &[Adds]) -> Self {
        let sum = |value: &dyn Fn(&Adds) -> f64| adds.iter().map(value).sum::<f64>();
        Self {
            slope: (sum(&|one| one.slope), sum(&|one| one.slope * one.at)),
            bend: (sum(&|one| one.bend), sum(&|one| one.bend * one.at), sum(&|one| one.bend * one.at.powi(2))),
        }
    }

    /// The step to the top, of the offset and of the drift, for slopes as these.
    fn step(&self, slope: (f64, f64), drifts: bool) -> Option<(f64, f64)> {
        let (b0, b1, b2) = self.bend;
        if !drifts {
            return Some((slope.0 / b0, 0.0));
        }
        let determinant = b0 * b2 - b1 * b1;
        // A curve that bends downwards in one direction and upwards in another has no top here.
        (determinant > 0.0)
            .then(|| ((b2 * slope.0 - b1 * slope.1) / determinant, (b0 * slope.1 - b1 * slope.0) / determinant))
    }
}

impl Pooled {
    /// The line nearest to a straight `course` at which the phases of what the windows heard agree best, whatever the sign: the maximum-likelihood
    /// offset of Hannan and Thomson (1973), of all windows as one. `None` where none is within `reach` frames.
    pub(super) fn near(
        measured: &[&Measured],
        window: &Window,
        course: &Course,
        drifts: bool,
        reach: f64,
    ) -> Option<Self> {
        let middle = measured.iter().map(|one| one.at).sum::<f64>() / measured.len() as f64;
        let mut line = if drifts { course.start } else { Line::flat(course.late(middle)) };
        let mut steps = 0;
        let (each, sums) = loop {
            let each: Vec<Adds> = measured.iter().map(|one| adds(one, window, line, middle)).collect();
            let sums = Sums::of(&each);
            let (by, drift) = sums.step(sums.slope, drifts)?;
            if steps == STEPS || by.abs() <= SETTLED {
                break (each, sums);
            }
            line = Line { offset: line.offset + by - drift * middle, drift: line.drift + drift };
            steps += 1;
        };
        let top = each.iter().map(|one| one.height).sum::<f64>() * sums.bend.0 > 0.0;
        if !top || (line.late(middle) - course.late(middle)).abs() > reach {
            return None;
        }
        let mut variance = (0.0, 0.0);
        for one in &each {
            // Windows differ in how much they say, and one that says much has drawn the line to itself.
            let own = (one.bend / sums.bend.0).clamp(0.0, 0.9);
            let slope = one.slope / (1.0 - own);
            let (by, drift) = sums.step((slope, slope * one.at), drifts)?;
            variance = (variance.0 + by * by, variance.1 + drift * drift);
        }
        Some(Self { line, late_sd: variance.0.sqrt(), drift_sd: variance.1.sqrt() })
    }
}

fn adds(one: &Measured, window: &Window, line: Line, middle: f64) -> Adds {
    let step = TAU / window.size as f64;
    let first = window.bins.start as f64 * step;
    let (mut slope, mut bend, mut height, mut omega) = (0.0, 0.0, 0.0, first);
    for bin in one.turned(line.late(one.at), window) {
        slope -= omega * bin.im;
        bend += omega * omega * bin.re;
        height += bin.re;
        omega += step;
    }
    Adds { at: one.at - middle, slope, bend, height }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // What fails here fails a test, with the line.
    use super::super::trial::{LATE, LEN, Trial, dull};
    use super::*;
    use mixdown_fixtures::{alignment as make, signals};

    fn pooled(trial: &Trial, from: f64, drifts: bool) -> Option<Pooled> {
        Pooled::near(&trial.measured.iter().collect::<Vec<_>>(), &trial.window, &Line::flat(from).into(), drifts, 1.5)
    }

    #[test]
    fn noise_ten_decibels_louder_leaves_a_dull_stem_within_a_sample_either_way_up() {
        let source = dull(&signals::white_noise(5, 0.5, 14 * LEN));
        let late = make::late(&source, LATE);
        let mut squares = 0.0;
        for seed in 20..28 {
            for sign in [1.0, -1.0] {
                let copy: Vec<f32> = late.iter().map(|x| x * sign).collect();
                let trial = Trial::new(&source, &make::with_noise(&copy, -10.0, seed), LATE);
                let found = pooled(&trial, LATE + 0.7, false).unwrap();
                let off = found.line.late(0.0) - LATE;
                assert!(off.abs() < 1.0 && found.late_sd < 0.5, "{seed} {sign}: {off} {found:?}");
                squares += (off / found.late_sd).powi(2) / 16.0;
            }
        }
        // The deviation means what it says, roughly: of twelve windows it is known to a quarter.
        assert!((0.4..2.5).contains(&squares), "{squares}");
    }

    #[test]
    fn a_drift_shows_where_there_is_one() {
        let source = dull(&signals::white_noise(5, 0.5, 14 * LEN));
        for ppm in [0.0, 4.0] {
            let trial = Trial::new(&source, &make::with_noise(&make::drifting(&source, LATE, ppm), 0.0, 6), LATE);
            let found = pooled(&trial, LATE, true).unwrap();
            let off = found.line.drift - ppm * 1e-6;
            assert!(off.abs() < 4.0 * found.drift_sd && found.drift_sd < 1e-6, "{ppm}: {found:?}");
            assert!((found.line.offset - LATE).abs() < 0.5, "{ppm}: {found:?}");
        }
    }

    #[test]
    fn what_lies_out_of_reach_or_is_no_top_is_none() {
        let source = dull(&signals::white_noise(5, 0.5, 14 * LEN));
        let trial = Trial::new(&source, &make::with_noise(&make::late(&source, LATE), 0.0, 6), LATE);
        assert!(pooled(&trial, LATE + 1.0, false).is_some());
        assert_eq!(pooled(&trial, LATE + 3.0, false), None);
        let silent = Trial::new(&source, &vec![0.0; source.len()], LATE);
        assert_eq!((pooled(&silent, LATE, false), pooled(&silent, LATE, true)), (None, None));
    }
}
