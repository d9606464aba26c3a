//! Changes of a clock's drift: pieces of the measurements that lie on lines of their own, which
//! meet.

use super::line::{self, LinearDelay};
use super::thresholds::THRESHOLDS;
use crate::resample::{DriftChange, TimeMap};

/// Measurements in order of time, cut into pieces.
#[derive(Clone)]
struct Segments {
    /// Index of the first measurement of each piece.
    starts: Vec<usize>,
    lines: Vec<LinearDelay>,
}

impl Segments {
    /// Cuts the piece that contains measurement `cut`.
    fn split(&self, points: &[(f64, f64)], cut: usize, tolerance: f64) -> Option<Self> {
        let piece = self.starts.iter().rposition(|start| *start <= cut)?;
        let end = self.starts.get(piece + 1).copied().unwrap_or(points.len());
        let mut new = self.clone();
        let line = |part: &[(f64, f64)]| {
            let (line, on) = line::through_most(part, tolerance, true)?;
            (line.drift.abs() <= THRESHOLDS.max_drift_share
                && on.iter().filter(|on| **on).count() >= THRESHOLDS.min_piece_points)
                .then_some(line)
        };
        new.lines[piece] = line(&points[self.starts[piece]..cut])?;
        new.lines.insert(piece + 1, line(&points[cut..end])?);
        new.starts.insert(piece + 1, cut);
        Some(new)
    }

    fn time_map(&self, points: &[(f64, f64)]) -> Option<TimeMap> {
        let places: Vec<_> = self.starts[1..].iter().map(|cut| around(points, *cut)).collect();
        joined(&self.lines, &places)
    }
}

/// Joins lines that follow each other, each to where it meets the next, which must be near the
/// place given for it. `None` if they do not meet there.
fn joined(lines: &[LinearDelay], places: &[std::ops::Range<f64>]) -> Option<TimeMap> {
    let first = lines.first()?;
    let changes = lines.windows(2).zip(places).map(|(pair, place)| {
        let at = (pair[0].offset - pair[1].offset) / (pair[1].drift - pair[0].drift);
        place.contains(&at).then_some(DriftChange { at, drift: pair[1].drift })
    });
    Some(TimeMap { start: first.offset, drift: first.drift, changes: changes.collect::<Option<_>>()? })
}

/// Returns the range of a bend before measurement `cut`: between its neighbours, and as far again
/// either way.
fn around(points: &[(f64, f64)], cut: usize) -> std::ops::Range<f64> {
    let (before, after) = (points[cut - 1].0, points[cut].0);
    let gap = after - before;
    before - gap..after + gap
}

/// Resolution of the measurements.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Resolution {
    /// Largest distance of a measurement from its time map, in frames.
    pub(crate) tolerance: f64,
    /// Half the step in which they are read: smaller deviations do not count.
    pub(crate) half_step: f64,
    /// Frames before and after its time that each measurement covers.
    pub(crate) reach: f64,
}

impl Resolution {
    /// Returns the cost of measurements against a time map, and the number of those within the
    /// tolerance. The cost is the sum of the squared distances, none counted as more than the
    /// tolerance.
    fn cost<'a>(&self, time_map: &TimeMap, points: impl Iterator<Item = &'a (f64, f64)>) -> (f64, usize) {
        points.map(|(at, delay)| (delay - time_map.delay(*at)).abs()).fold((0.0, 0), |(sum, count), off| {
            let counted = (off.min(self.tolerance) - self.half_step).max(0.0);
            (sum + counted.powi(2), count + usize::from(off <= self.tolerance))
        })
    }
}

/// Course with one more bend.
struct SplitOption {
    pieces: Segments,
    time_map: TimeMap,
    /// Cost of the measurements before and after. Those within reach of a bend, which mix both of
    /// its sides, do not count.
    before: (f64, usize),
    after: (f64, usize),
}

/// Bends the line that most measurements lie on where they require it. The lines on both sides must
/// meet, and fit so much better than one line that it cannot be chance. A straight time map stays
/// as it is.
pub(crate) fn bent(straight: LinearDelay, points: &[(f64, f64)], grain: &Resolution) -> TimeMap {
    let mut pieces = Segments { starts: vec![0], lines: vec![straight] };
    let mut time_map = TimeMap::from(straight);
    while time_map.changes.len() < THRESHOLDS.max_bends {
        let ways = (THRESHOLDS.min_piece_points..(points.len() + 1).saturating_sub(THRESHOLDS.min_piece_points))
            .filter_map(|cut| {
                let pieces = pieces.split(points, cut, grain.tolerance)?;
                let new = pieces.time_map(points)?;
                let clear = |at: f64| new.changes.iter().all(|bend| (at - bend.at).abs() >= grain.reach);
                let counted = || points.iter().filter(|(at, _)| clear(*at));
                let (before, after) = (grain.cost(&time_map, counted()), grain.cost(&new, counted()));
                Some(SplitOption { pieces, time_map: new, before, after })
            });
        let gain = |way: &SplitOption| way.before.0 - way.after.0;
        let Some(best) = ways.max_by(|x, y| gain(x).total_cmp(&gain(y))) else { break };
        let free = points.len().saturating_sub(2 + 2 * best.time_map.changes.len()).max(1) as f64;
        let moved =
            points.iter().map(|(at, _)| (time_map.delay(*at) - best.time_map.delay(*at)).abs()).fold(0.0, f64::max);
        let chance = 2.0 * THRESHOLDS.min_gain_to_chance * best.after.0 / free
            + THRESHOLDS.step_gain_squares * grain.half_step.powi(2);
        let better = gain(&best) > chance && moved > THRESHOLDS.min_move_frames;
        let more = best.after.1
            >= best.before.1 + THRESHOLDS.min_more_points.max(points.len().div_ceil(THRESHOLDS.max_points_per_more));
        if !(better || more) {
            break;
        }
        (pieces, time_map) = (best.pieces, best.time_map);
    }
    time_map
}

/// Fits the time map again to the measurements `on` it: one line of least squares per piece.
/// Measurements within `reach` frames of a bend mix both of its sides, and do not count. `None` if
/// a piece has too few left, or if the pieces do not meet near where they did.
pub(crate) fn settle(time_map: &TimeMap, on: &[(f64, f64)], reach: f64) -> Option<TimeMap> {
    let mut lines = Vec::new();
    let mut places = Vec::new();
    let mut from = f64::NEG_INFINITY;
    let ends = time_map.changes.iter().map(|bend| bend.at).chain([f64::INFINITY]);
    for end in ends {
        let inside = |at: f64| at >= from + reach && at < end - reach;
        let own: Vec<(f64, f64)> = on.iter().filter(|(at, _)| inside(*at)).copied().collect();
        if own.len() < THRESHOLDS.min_piece_points {
            return None;
        }
        lines.push(line::least_squares(&own, true));
        places.push(end - 4.0 * reach..end + 4.0 * reach);
        from = end;
    }
    joined(&lines, &places)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // What fails here fails a test, with the line.
    use super::*;
    use mixdown_fixtures::signals;

    /// Returns a time map with one change of drift, `by`, at frame `at`.
    fn knee(start: f64, drift: f64, at: f64, by: f64) -> TimeMap {
        TimeMap { start, drift, changes: vec![DriftChange { at, drift: drift + by }] }
    }

    /// Returns measurements of a time map with noise of a size, some of them wrong.
    fn measured(time_map: &TimeMap, count: usize, noise: f64, wrong: usize, seed: u64) -> Vec<(f64, f64)> {
        let random = signals::white_noise(seed, 1.0, 2 * count);
        (0..count)
            .map(|n| {
                let at = 5e6 * n as f64 / count as f64;
                let off = if n % 7 < wrong { 60.0 * f64::from(random[n + count]) } else { 0.0 };
                (at, time_map.delay(at) + noise * f64::from(random[n]) + off)
            })
            .collect()
    }

    fn fitted(points: &[(f64, f64)]) -> TimeMap {
        bent(
            line::through_most(points, 1.5, true).unwrap().0,
            points,
            &Resolution { tolerance: 1.5, half_step: 0.0, reach: 0.0 },
        )
    }

    #[test]
    fn a_bend_is_found_wherever_it_is_and_where_it_is() {
        for at in [0.6e6, 1e6, 2.5e6, 4e6, 4.4e6] {
            for by in [-200e-6, 20e-6, 90e-6] {
                for wrong in [0, 1] {
                    let truth = knee(321.0, 30e-6, at, by);
                    let points = measured(&truth, 48, 0.1, wrong, 3);
                    let found = fitted(&points);
                    assert_eq!(found.changes.len(), 1, "{at} {by} {wrong}: {found:?}");
                    let off =
                        points.iter().map(|(at, _)| (found.delay(*at) - truth.delay(*at)).abs()).fold(0.0, f64::max);
                    assert!(off < 0.5, "{at} {by} {wrong}: {found:?}");
                }
            }
        }
    }

    #[test]
    fn two_bends_are_found() {
        let truth = TimeMap {
            start: 0.0,
            drift: 20e-6,
            changes: vec![DriftChange { at: 1.5e6, drift: 100e-6 }, DriftChange { at: 3.5e6, drift: 40e-6 }],
        };
        let found = fitted(&measured(&truth, 48, 0.1, 0, 5));
        assert_eq!(found.changes.len(), 2, "{found:?}");
    }

    #[test]
    fn straight_lines_stay_straight_whatever_the_noise() {
        for seed in 0..400 {
            let noise = [0.01, 0.1, 0.5, 1.0][seed as usize % 4];
            let wrong = seed as usize / 4 % 3;
            let time_map = TimeMap::from(LinearDelay { offset: 9.0, drift: 40e-6 });
            for count in [16, 48] {
                let found = fitted(&measured(&time_map, count, noise, wrong, seed));
                assert!(found.is_straight(), "{seed} {count} {noise} {wrong}: {found:?}");
            }
        }
    }

    #[test]
    fn a_jump_is_no_bend() {
        let mut points = measured(&TimeMap::from(LinearDelay::flat(0.0)), 48, 0.1, 0, 9);
        points[24..].iter_mut().for_each(|point| point.1 += 500.0);
        assert!(fitted(&points).is_straight());
    }
}
