//! Whether the lower and the upper half of what is coherent say the same offset: a filter over one of two stems delays low bins by more than high
//! ones, noise does not.

use super::course::Course;
use super::measure::Measured;
use super::window::Window;
use realfft::num_complex::Complex;
use std::f64::consts::TAU;
use std::ops::Range;

/// How far apart the halves may be and still agree, in frames, with two standard deviations more: what an offset may be off and still be right.
const TOLERANCE: f64 = 3.0;

/// How much later the second stem is by the lower half than by the upper one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Halves {
    /// In frames.
    apart: f64,
    /// One standard deviation, by what the windows say one by one.
    sd: f64,
}

impl Halves {
    /// Splits what windows heard, once they are turned back by `course`, in two halves with as much in common each. `None` where they heard nothing,
    /// or where the lowest bin alone holds half of it: then there are no two to compare.
    pub(super) fn of(measured: &[Measured], window: &Window, course: &Course) -> Option<Self> {
        let step = TAU / window.size as f64;
        let omega = |n: usize| (window.bins.start + n) as f64 * step;
        let common = measured.iter().fold(vec![0.0; window.bins.len()], |mut sums, one| {
            sums.iter_mut().zip(turned(one, course, omega(0), step)).for_each(|(sum, bin)| *sum += bin.re);
            sums
        });
        let all: f64 = common.iter().sum();
        let mut so_far = 0.0;
        let split = common.iter().position(|x| {
            so_far += x / all;
            so_far >= 0.5
        })?;
        // One step of Newton's method from the course to where the phases of a part agree best, as the sum of what each window adds to it.
        let bend = |part: Range<usize>| part.map(|n| omega(n).powi(2) * common[n]).sum::<f64>();
        let (low, high) = (bend(0..split), bend(split..common.len()));
        // Of stems that are upside down to each other both are negative.
        if low.signum() != high.signum() || low == 0.0 || high == 0.0 {
            return None;
        }
        let adds = |one: &Measured| -> f64 {
            let late = |(n, bin): (usize, Complex<f64>)| {
                -omega(n) * bin.im * if n < split { low.recip() } else { -high.recip() }
            };
            turned(one, course, omega(0), step).enumerate().map(late).sum()
        };
        let each: Vec<f64> = measured.iter().map(adds).collect();
        let (count, apart) = (each.len() as f64, each.iter().sum::<f64>());
        let squares = each.iter().map(|x| (x - apart / count).powi(2)).sum::<f64>();
        Some(Self { apart, sd: (squares * count / (count - 1.0)).sqrt() })
    }

    /// Surely near enough to each other.
    pub(super) fn agree(self) -> bool {
        self.apart.abs() + 2.0 * self.sd <= TOLERANCE
    }
}

/// What a window heard, each bin turned back by what the course says: real, where it is right. The first bin is at `first` radians a frame, the
/// others in steps of `step`.
fn turned(one: &Measured, course: &Course, first: f64, step: f64) -> impl Iterator<Item = Complex<f64>> {
    let lag = course.late(one.at) - one.base;
    let each = Complex::from_polar(1.0, step * lag);
    let turns = std::iter::successors(Some(Complex::from_polar(1.0, first * lag)), move |turn| Some(turn * each));
    one.heard.iter().zip(turns).map(|(bin, turn)| Complex::new(f64::from(bin.re), f64::from(bin.im)) * turn)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // What fails here fails a test, with the line.
    use super::super::StemFeatures;
    use super::super::line::Line;
    use super::super::measure::{listen_to_coherence, measure};
    use super::*;
    use crate::audio::Block;
    use crate::process::Tap;
    use crate::resample::FractionTable;
    use crate::units::SampleRate;
    use mixdown_fixtures::{alignment as make, signals};

    const RATE_HZ: f64 = 44_100.0;
    const LATE: f64 = 7.25;

    /// Two low-passes of first order.
    fn dull(samples: &[f32]) -> Vec<f32> {
        let turn = (-TAU * 250.0 / RATE_HZ).exp();
        let (mut first, mut second) = (0.0, 0.0);
        let low = samples.iter().map(|x| {
            first += (1.0 - turn) * (f64::from(*x) - first);
            second += (1.0 - turn) * (first - second);
            second as f32
        });
        low.collect()
    }

    /// What the halves say of a dull stem and what became of it, late and under as much noise.
    fn halves(became: impl Fn(&[f32]) -> Vec<f32>) -> Halves {
        of_pair(&dull(&signals::white_noise(5, 0.5, 14 * LEN)), became).unwrap()
    }

    const LEN: usize = 44_100;

    fn of_pair(source: &[f32], became: impl Fn(&[f32]) -> Vec<f32>) -> Option<Halves> {
        let copy = make::with_noise(&make::late(&became(source), LATE), 0.0, 6);
        let features = |samples: &[f32]| {
            let mut stem = StemFeatures::new(SampleRate::new(RATE_HZ as u32).unwrap(), StemFeatures::DEFAULT_MAX_BYTES);
            stem.observe(&Block::mono(samples));
            stem
        };
        let (window, course) = (Window::new(LEN, 24, RATE_HZ), Line::flat(LATE).into());
        let starts: Vec<usize> = (0..13).map(|n| n * LEN).collect();
        let (a, b) = (features(source), features(&copy));
        let mut measured = measure(&a, &b, &window, &starts, &course, &FractionTable::new(32));
        listen_to_coherence(&mut measured, &window);
        Halves::of(&measured, &window, &course)
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
        assert!(Halves { apart: -1.0, sd: 0.9 }.agree());
        for (apart, sd) in [(3.1, 0.0), (-3.1, 0.0), (0.0, 1.6), (f64::NAN, 0.1), (0.1, f64::NAN)] {
            assert!(!Halves { apart, sd }.agree(), "{apart} {sd}");
        }
    }
}
