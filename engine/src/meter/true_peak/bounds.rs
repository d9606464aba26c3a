//! Upper bounds of the readings of a stretch, from its samples alone. Most stretches then need no
//! interpolation.
#![allow(clippy::inline_always)] // What is not inlined is not compiled for the instructions that it names.

use super::lanes::{Kernel, LANES, TruePeakLanes, dispatch, larger};
use super::table::{BENDS, TAPS, Table};

/// Samples that are surveyed together, and intervals that have one bound.
pub(super) const STRETCH: usize = 64;
/// Stretches of samples at once, the past included.
pub(super) const STRETCHES: usize = 17;
/// Samples in them, and two more for the last second difference.
pub(super) const ROOM: usize = STRETCHES * STRETCH + 2;

/// Figures that bound each stretch of samples.
#[derive(Clone, Debug)]
pub(super) struct Bounds {
    /// Largest magnitude in it.
    levels: [f32; STRETCHES],
    /// Largest magnitude of a second difference that begins in it.
    bends: [f32; STRETCHES],
}

/// Upper bound of the readings of a stretch of intervals.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bound {
    /// The largest of the samples that the intervals lie between, or of more.
    pub(super) level: f32,
    /// Largest rise of a reading above the larger of its two samples.
    pub(super) rise: f32,
    /// Part of `rise` that does not come from second differences.
    rest: f32,
}

impl Bounds {
    pub(super) fn new() -> Self {
        Self { levels: [0.0; STRETCHES], bends: [0.0; STRETCHES] }
    }

    /// Returns the largest magnitude of a second difference that begins in stretches `index` and
    /// `index + 1`.
    pub(super) fn bend(&self, index: usize) -> f32 {
        larger(self.bends[index], self.bends[index + 1])
    }

    /// Returns the bound of the intervals that are made of the samples of stretches `index` and
    /// `index + 1`.
    pub(super) fn of(&self, table: &Table, index: usize) -> Bound {
        let level = larger(self.levels[index], self.levels[index + 1]);
        let bend = self.bend(index);
        let rest = table.rest * level;
        Bound { level, rise: table.bend * bend + rest, rest }
    }
}

/// Surveys the first `stretches` of `samples`.
pub(super) fn survey(samples: &[f32; ROOM], stretches: usize, bounds: &mut Bounds) {
    dispatch(BoundSurvey { samples, stretches, bounds });
}

struct BoundSurvey<'a> {
    samples: &'a [f32; ROOM],
    stretches: usize,
    bounds: &'a mut Bounds,
}

impl Kernel for BoundSurvey<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: TruePeakLanes>(self, lanes: L) {
        let Bounds { levels, bends } = self.bounds;
        for (index, (highest, bent)) in levels.iter_mut().zip(bends).enumerate().take(self.stretches) {
            let Some(x) = self.samples[index * STRETCH..].first_chunk::<{ STRETCH + 2 }>() else { break };
            let (mut level, mut bend) = (lanes.splat(0.0), lanes.splat(0.0));
            for start in (0..STRETCH).step_by(LANES) {
                level = lanes.max(lanes.abs(load(lanes, x, start)), level);
                bend = lanes.max(bend_at(lanes, x, start), bend);
            }
            (*highest, *bent) = (lanes.highest(level), lanes.highest(bend));
        }
    }
}

/// Loads sixteen samples from `at` on.
#[inline(always)]
fn load<L: TruePeakLanes>(lanes: L, x: &[f32], at: usize) -> L::V {
    match x[at..].first_chunk() {
        Some(x) => lanes.load(x),
        None => lanes.splat(0.0),
    }
}

/// Returns the magnitudes of sixteen second differences, the first of which begins at `at`.
#[inline(always)]
fn bend_at<L: TruePeakLanes>(lanes: L, x: &[f32], at: usize) -> L::V {
    let middle = load(lanes, x, at + 1);
    let outer = lanes.add(load(lanes, x, at), load(lanes, x, at + 2));
    lanes.abs(lanes.sub(outer, lanes.add(middle, middle)))
}

/// Samples that a stretch of intervals and the one before it are made of: `samples[0]` is the first
/// of that one.
pub(super) type Around = [f32; TAPS + STRETCH];

/// Returns the intervals of a stretch that may read more than `max`, the lowest bit the first.
/// There are two checks; the closer one runs only where the first leaves any.
pub(super) fn suspects(table: &Table, samples: &Around, bound: Bound, max: f32) -> u64 {
    dispatch(Suspects { table, samples, bound, max })
}

#[derive(Clone)]
struct Suspects<'a> {
    table: &'a Table,
    samples: &'a Around,
    bound: Bound,
    max: f32,
}

impl Kernel for Suspects<'_> {
    type Output = u64;

    #[inline(always)]
    fn run<L: TruePeakLanes>(self, lanes: L) -> u64 {
        let Self { table, samples, bound, max } = self;
        let max = lanes.splat(max);
        let mut suspects = 0;
        for start in (0..STRETCH).step_by(LANES) {
            let left = lanes.abs(load(lanes, samples, start + TAPS / 2));
            let ends = lanes.max(left, lanes.abs(load(lanes, samples, start + TAPS / 2 + 1)));
            if lanes.above(lanes.add(ends, lanes.splat(bound.rise)), max) == 0 {
                continue;
            }
            // The last two lanes of the last sixteen begin beyond the samples, and are not needed.
            let Some(x) = samples[start..].first_chunk::<{ TAPS + LANES }>() else { break };
            let mut bends = [0.0; TAPS + LANES];
            for at in (0..TAPS).step_by(LANES) {
                bends[at..at + LANES].copy_from_slice(&lanes.store(bend_at(lanes, x, at)));
            }
            for at in TAPS..BENDS + LANES - 1 {
                bends[at] = (x[at] + x[at + 2] - (x[at + 1] + x[at + 1])).abs();
            }
            let mut rise = lanes.splat(bound.rest);
            for (index, weight) in table.bends.iter().enumerate() {
                rise = lanes.add(rise, lanes.mul(lanes.splat(*weight), load(lanes, &bends, index)));
            }
            suspects |= u64::from(lanes.above(lanes.add(ends, rise), max)) << start;
        }
        suspects
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "x86_64")]
    use crate::meter::true_peak::lanes::assert_twins;
    use crate::meter::true_peak::table::TABLE;
    use crate::simd::twin::assert_same_bits;
    use mixdown_fixtures::signals::{pink_noise, white_noise};

    /// Returns white and pink noise, a stretch of each with a negative zero.
    fn noises() -> Vec<[f32; ROOM]> {
        let noise = |seed: u64| {
            let mut white: [f32; ROOM] = white_noise(seed, 1.0, ROOM).try_into().unwrap();
            let mut pink: [f32; ROOM] = pink_noise(seed, 0.3, ROOM).try_into().unwrap();
            (white[seed as usize], pink[seed as usize]) = (-0.0, -0.0);
            [white, pink]
        };
        (0..4).flat_map(noise).collect()
    }

    /// Returns the search of every stretch, with maxima of half its level to all of it.
    fn searches(samples: &[f32; ROOM]) -> Vec<Suspects<'_>> {
        let mut bounds = Bounds::new();
        survey(samples, STRETCHES, &mut bounds);
        let of_stretch = |index: usize| {
            let (samples, bound) = (samples[index * STRETCH..].first_chunk().unwrap(), bounds.of(&TABLE, index));
            [0.5, 0.7, 0.9, 1.0].map(|share| Suspects { table: &TABLE, samples, bound, max: bound.level * share })
        };
        (0..STRETCHES - 2).flat_map(of_stretch).collect()
    }

    /// A survey into bounds of its own.
    #[cfg(target_arch = "x86_64")]
    #[derive(Clone)]
    struct FreshSurvey<'a>(&'a [f32; ROOM]);

    #[cfg(target_arch = "x86_64")]
    impl Kernel for FreshSurvey<'_> {
        type Output = [[f32; STRETCHES]; 2];

        #[inline(always)]
        fn run<L: TruePeakLanes>(self, lanes: L) -> Self::Output {
            let mut bounds = Bounds::new();
            BoundSurvey { samples: self.0, stretches: STRETCHES, bounds: &mut bounds }.run(lanes);
            [bounds.levels, bounds.bends]
        }
    }

    #[cfg(target_arch = "x86_64")]
    #[test]
    fn every_set_finds_the_bounds_and_suspects_of_the_plain_twin() {
        let noises = noises();
        assert_twins("meter/true_peak/bounds: survey", &noises.iter().map(FreshSurvey).collect::<Vec<_>>());
        let searches: Vec<_> = noises.iter().flat_map(searches).collect();
        assert_twins("meter/true_peak/bounds: suspects", &searches);
    }

    #[test]
    fn bounds_equal_the_extremes_of_each_stretch_bit_for_bit() {
        for samples in noises() {
            let mut bounds = Bounds::new();
            survey(&samples, STRETCHES, &mut bounds);
            let loudest = |x: &[f32]| x.iter().fold(0.0, |max, x| larger(x.abs(), max));
            let bend = |x: &[f32]| (x[0] + x[2] - (x[1] + x[1])).abs();
            let stretch = |index: usize| &samples[index * STRETCH..][..STRETCH + 2];
            let levels: [f32; STRETCHES] = std::array::from_fn(|index| loudest(&stretch(index)[..STRETCH]));
            let bends: [f32; STRETCHES] =
                std::array::from_fn(|index| stretch(index).windows(3).map(bend).fold(0.0, larger));
            assert_same_bits("survey", &(bounds.levels, bounds.bends), &(levels, bends));
        }
    }

    #[test]
    fn every_place_of_a_stretch_is_a_suspect_somewhere() {
        let noises = noises();
        let searches = noises.iter().flat_map(searches);
        let found = |search: Suspects<'_>| suspects(search.table, search.samples, search.bound, search.max);
        assert_eq!(searches.map(found).fold(0, |any, suspects| any | suspects), u64::MAX);
    }
}
