//! The grid of each beat: sixteenths or triplets, by cost.

use super::{Metre, TICKS_PER_QUARTER};
use std::collections::{BTreeMap, BTreeSet};

/// A sixteenth, in ticks.
const SIXTEENTH: i64 = TICKS_PER_QUARTER / 4;
/// An eighth of a triplet, in ticks.
const TRIPLET: i64 = TICKS_PER_QUARTER / 3;

/// Spread of onsets around their written places, in seconds: players and transcription together.
const SPREAD_S: f64 = 0.015;
/// Least and largest spread, in beats.
const SPREAD_BEATS: (f64, f64) = (0.02, 0.08);

/// Costs (negative logarithms of chances) of a place in a beat: on it, on its half, elsewhere.
const ON_BEAT: f64 = 0.7;
const ON_HALF: f64 = 1.2;
const ON_QUARTER: f64 = 2.2;
const ON_THIRD: f64 = 1.6;

/// Chance of triplets in a beat before anything is known, as counts of beats.
const PRIOR_TRIPLETS: f64 = 1.0;
const PRIOR_BEATS: f64 = 12.0;

/// Grids of the beats of one stem. A beat without onsets has sixteenths.
#[derive(Clone, Debug)]
pub(super) struct Grids {
    beat_ticks: i64,
    triplets: BTreeSet<i64>,
}

impl Grids {
    /// Chooses the grids for onsets at these positions, in beats; a beat lasts `beat_s` seconds.
    pub(super) fn choose(positions: &[f64], metre: Metre, beat_s: f64) -> Self {
        let mut grids = Self { beat_ticks: metre.beat_ticks(), triplets: BTreeSet::new() };
        if metre.is_compound() {
            return grids;
        }
        let mut beats: BTreeMap<i64, Vec<f64>> = BTreeMap::new();
        for position in positions {
            beats.entry(position.floor() as i64).or_default().push(position.rem_euclid(1.0));
        }
        let spread = (SPREAD_S / beat_s).clamp(SPREAD_BEATS.0, SPREAD_BEATS.1);
        let gains: Vec<(i64, f64)> =
            beats.iter().map(|(beat, phases)| (*beat, gain_of_triplets(phases, spread))).collect();
        // The song's own share of triplets decides beats that fit both.
        let mut share = PRIOR_TRIPLETS / PRIOR_BEATS;
        for _ in 0..2 {
            let cost = ((1.0 - share) / share).ln();
            grids.triplets = gains.iter().filter(|(_, gain)| *gain > cost).map(|(beat, _)| *beat).collect();
            let divided = gains.iter().filter(|(_, gain)| *gain != 0.0).count() as f64;
            share = (grids.triplets.len() as f64 + PRIOR_TRIPLETS) / (divided + PRIOR_BEATS);
        }
        grids
    }

    /// Returns the tick nearest to a position in beats.
    pub(super) fn snap(&self, position: f64) -> i64 {
        let beat = position.floor() as i64;
        let step = self.step(beat);
        let within = (position - beat as f64) * self.beat_ticks as f64;
        beat * self.beat_ticks + (within / step as f64).round() as i64 * step
    }

    /// Returns the first tick of the grid after `tick`.
    pub(super) fn after(&self, tick: i64) -> i64 {
        tick + self.step(tick.div_euclid(self.beat_ticks))
    }

    fn step(&self, beat: i64) -> i64 {
        if self.triplets.contains(&beat) { TRIPLET } else { SIXTEENTH }
    }
}

/// Returns by how much triplets cost less than sixteenths; 0 if nothing lies between beats.
fn gain_of_triplets(phases: &[f64], spread: f64) -> f64 {
    const SIXTEENTHS: [(f64, f64); 5] =
        [(0.0, ON_BEAT), (0.25, ON_QUARTER), (0.5, ON_HALF), (0.75, ON_QUARTER), (1.0, ON_BEAT)];
    const TRIPLETS: [(f64, f64); 4] = [(0.0, ON_BEAT), (1.0 / 3.0, ON_THIRD), (2.0 / 3.0, ON_THIRD), (1.0, ON_BEAT)];
    let cost = |grid: &[(f64, f64)], phase: f64| {
        let costs = grid.iter().map(|(place, cost)| (phase - place).powi(2) / (2.0 * spread * spread) + cost);
        costs.fold(f64::INFINITY, f64::min)
    };
    phases.iter().map(|phase| cost(&SIXTEENTHS, *phase) - cost(&TRIPLETS, *phase)).sum()
}

#[cfg(test)]
mod tests {
    use super::super::Feel;
    use super::*;

    fn grids(positions: &[f64]) -> Grids {
        Grids::choose(positions, Metre::new(4, 120.0, Feel::Straight), 0.5)
    }

    #[test]
    fn each_beat_takes_the_grid_that_fits() {
        let positions = [0.01, 0.26, 0.49, 0.76, 1.0, 1.34, 1.65, 2.0, 2.52, -0.35, -0.68];
        let grids = grids(&positions);
        let ticks: Vec<i64> = positions.iter().map(|position| grids.snap(*position)).collect();
        assert_eq!(ticks, [0, 6, 12, 18, 24, 32, 40, 48, 60, -8, -16]);
        assert_eq!((grids.after(0), grids.after(24), grids.after(48)), (6, 32, 54));
    }

    #[test]
    fn one_late_onset_among_halves_is_no_triplet() {
        let mut positions: Vec<f64> = (0..40).map(|half| f64::from(half) * 0.5).collect();
        positions.push(20.57);
        assert_eq!(grids(&positions).snap(20.57), 20 * 24 + 12);
    }
}
