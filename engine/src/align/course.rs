//! How the lateness of one stem against another runs on over time, also where a clock changes its drift: straight lines that meet.

use super::line::{self, Line, MOST_DRIFT};

/// The most changes of drift that are looked for.
const MOST_BENDS: usize = 3;
/// Measurements that each piece must have on it.
const FEWEST: usize = 3;
/// A bend must explain the measurements this many times better than chance would, by the two numbers that it adds …
const BETTER: f64 = 15.0;
/// … beyond what half a step of reading does, so many times its square …
const STEPS: f64 = 8.0;
/// … and move the course somewhere by more than this, in frames: less is not worth a guess.
const LEAST_MOVE: f64 = 0.4;
/// Or it must bring so many more measurements onto the course, of so many there must be one.
const MORE: (usize, usize) = (3, 12);

/// A change of drift.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bend {
    /// From this frame of the first stem on …
    pub(super) at: f64,
    /// … the second falls behind by so many more frames in every frame.
    pub(super) by: f64,
}

/// Lateness as a function of time: a line, and bends in the order of time.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Course {
    /// Before the first bend.
    pub(super) start: Line,
    pub(super) bends: Vec<Bend>,
}

impl From<Line> for Course {
    fn from(start: Line) -> Self {
        Self { start, bends: Vec::new() }
    }
}

impl Course {
    /// Frames by which the second stem is late when the first is at frame `at`.
    pub(super) fn late(&self, at: f64) -> f64 {
        self.bends.iter().map(|bend| bend.by * (at - bend.at).max(0.0)).fold(self.start.late(at), |sum, x| sum + x)
    }

    /// Frames that it falls behind in every frame from frame `at` on.
    pub(super) fn drift_at(&self, at: f64) -> f64 {
        self.start.drift + self.bends.iter().filter(|bend| bend.at <= at).map(|bend| bend.by).sum::<f64>()
    }

    /// One line for all times.
    pub(super) fn is_straight(&self) -> bool {
        self.bends.is_empty()
    }

    /// With a line on top.
    pub(super) fn plus(&self, line: Line) -> Self {
        let start = Line { offset: self.start.offset + line.offset, drift: self.start.drift + line.drift };
        Self { start, bends: self.bends.clone() }
    }

    /// How late the third stem is against the first, when `self` says how late the second is and `next` how late the third is
    /// against the second.
    pub(super) fn then(&self, next: &Self) -> Self {
        // Frame n of the first is frame n + late(n) of the second, and so on.
        let mut places: Vec<f64> = self.bends.iter().map(|bend| bend.at).collect();
        places.extend(next.bends.iter().map(|bend| self.first_frame(bend.at)));
        let drift = |at: f64| {
            let (first, second) = (self.drift_at(at), next.drift_at(at + self.late(at)));
            first + second + first * second
        };
        Self::through(places, drift, |at| self.late(at) + next.late(at + self.late(at)))
    }

    /// How late the first stem is against the second.
    pub(super) fn reversed(&self) -> Self {
        let places = self.bends.iter().map(|bend| bend.at + self.late(bend.at)).collect();
        let drift = |at: f64| (1.0 + self.drift_at(self.first_frame(at))).recip() - 1.0;
        Self::through(places, drift, |at| self.first_frame(at) - at)
    }

    /// The frame of the first stem that frame `at` of the second belongs to.
    pub(super) fn first_frame(&self, at: f64) -> f64 {
        let mut line = self.start;
        let solved = |line: Line| (at - line.offset) / (1.0 + line.drift);
        for bend in &self.bends {
            if solved(line) < bend.at {
                break;
            }
            line = Line { offset: line.offset - bend.by * bend.at, drift: line.drift + bend.by };
        }
        solved(line)
    }

    /// The course with bends at `places`, whose drift between them and whose lateness anywhere are known.
    fn through(mut places: Vec<f64>, drift: impl Fn(f64) -> f64, late: impl Fn(f64) -> f64) -> Self {
        places.sort_by(f64::total_cmp);
        // A frame apart, two bends are one; rounding must not put a place before its own bend.
        places.dedup_by(|x, y| (*x - *y).abs() < 1.0);
        let before = places.first().map_or(0.0, |first| first - 2.0);
        let start = drift(before);
        let mut now = start;
        let bends = places.iter().map(|at| {
            let then = drift(at + 0.5);
            Bend { at: *at, by: then - std::mem::replace(&mut now, then) }
        });
        let bends = bends.collect();
        Self { start: Line { offset: late(before) - start * before, drift: start }, bends }
    }

    /// The same from frame 0 on: what changed before that is forgotten.
    pub(super) fn without_what_came_before(&self) -> Self {
        let start = Line { offset: self.late(0.0), drift: self.drift_at(0.0) };
        Self { start, bends: self.bends.iter().filter(|bend| bend.at > 0.0).copied().collect() }
    }

    /// Lines that follow each other, each to where it meets the next, which must be near the place given for it. None when they do not meet
    /// there.
    pub(super) fn joined(lines: &[Line], places: &[std::ops::Range<f64>]) -> Option<Self> {
        let bends = lines.windows(2).zip(places).map(|(pair, place)| {
            let by = pair[1].drift - pair[0].drift;
            let at = (pair[0].offset - pair[1].offset) / by;
            place.contains(&at).then_some(Bend { at, by })
        });
        Some(Self { start: *lines.first()?, bends: bends.collect::<Option<_>>()? })
    }
}

/// Measurements in order of time, cut into pieces.
#[derive(Clone)]
struct Pieces {
    /// Where each piece begins, by the number of its first measurement.
    starts: Vec<usize>,
    lines: Vec<Line>,
}

impl Pieces {
    /// Cuts the piece that measurement `cut` is in.
    fn split(&self, points: &[(f64, f64)], cut: usize, tolerance: f64) -> Option<Self> {
        let piece = self.starts.iter().rposition(|start| *start <= cut)?;
        let end = self.starts.get(piece + 1).copied().unwrap_or(points.len());
        let mut new = self.clone();
        let line = |part: &[(f64, f64)]| {
            let (line, on) = line::through_most(part, tolerance, true)?;
            (line.drift.abs() <= MOST_DRIFT && on.iter().filter(|on| **on).count() >= FEWEST).then_some(line)
        };
        new.lines[piece] = line(&points[self.starts[piece]..cut])?;
        new.lines.insert(piece + 1, line(&points[cut..end])?);
        new.starts.insert(piece + 1, cut);
        Some(new)
    }

    fn course(&self, points: &[(f64, f64)]) -> Option<Course> {
        let places: Vec<_> = self.starts[1..].iter().map(|cut| around(points, *cut)).collect();
        Course::joined(&self.lines, &places)
    }
}

/// Where a bend before measurement `cut` may be: between its neighbours, and as far again either way.
fn around(points: &[(f64, f64)], cut: usize) -> std::ops::Range<f64> {
    let (before, after) = (points[cut - 1].0, points[cut].0);
    let gap = after - before;
    before - gap..after + gap
}

/// How measurements are made.
#[derive(Clone, Copy, Debug)]
pub(super) struct Grain {
    /// How far from its course one may be, in frames.
    pub(super) tolerance: f64,
    /// Half the step in which they are read: what they are off by less says nothing.
    pub(super) half_step: f64,
    /// How many frames before and after its time each takes in.
    pub(super) reach: f64,
}

impl Grain {
    /// How far measurements are from a course: the sum of the squares, none counted as more than the tolerance, and how many are within it.
    fn cost<'a>(&self, course: &Course, points: impl Iterator<Item = &'a (f64, f64)>) -> (f64, usize) {
        points.map(|(at, late)| (late - course.late(*at)).abs()).fold((0.0, 0), |(sum, count), off| {
            let counted = (off.min(self.tolerance) - self.half_step).max(0.0);
            (sum + counted.powi(2), count + usize::from(off <= self.tolerance))
        })
    }
}

/// A course with one more bend.
struct Way {
    pieces: Pieces,
    course: Course,
    /// What the measurements cost before and after, but for those that are within reach of a bend and mix what comes before and after it.
    before: (f64, usize),
    after: (f64, usize),
}

/// Bends the line that most measurements lie on where they ask for it: where the lines on both sides meet, and explain so much more than one
/// line that it cannot be chance. A straight course stays as it is.
pub(super) fn bent(straight: Line, points: &[(f64, f64)], grain: &Grain) -> Course {
    let mut pieces = Pieces { starts: vec![0], lines: vec![straight] };
    let mut course = Course::from(straight);
    while course.bends.len() < MOST_BENDS {
        let ways = (FEWEST..(points.len() + 1).saturating_sub(FEWEST)).filter_map(|cut| {
            let pieces = pieces.split(points, cut, grain.tolerance)?;
            let new = pieces.course(points)?;
            let clear = |at: f64| new.bends.iter().all(|bend| (at - bend.at).abs() >= grain.reach);
            let counted = || points.iter().filter(|(at, _)| clear(*at));
            let (before, after) = (grain.cost(&course, counted()), grain.cost(&new, counted()));
            Some(Way { pieces, course: new, before, after })
        });
        let gain = |way: &Way| way.before.0 - way.after.0;
        let Some(best) = ways.max_by(|x, y| gain(x).total_cmp(&gain(y))) else { break };
        let free = points.len().saturating_sub(2 + 2 * best.course.bends.len()).max(1) as f64;
        let moved = points.iter().map(|(at, _)| (course.late(*at) - best.course.late(*at)).abs()).fold(0.0, f64::max);
        let chance = 2.0 * BETTER * best.after.0 / free + STEPS * grain.half_step.powi(2);
        let better = gain(&best) > chance && moved > LEAST_MOVE;
        let more = best.after.1 >= best.before.1 + MORE.0.max(points.len().div_ceil(MORE.1));
        if !(better || more) {
            break;
        }
        (pieces, course) = (best.pieces, best.course);
    }
    course
}

/// The course again, from exact measurements `on` it: a line of least squares a piece. Measurements within `reach` frames of a bend mix what
/// comes before and after it, and do not count. None when a piece has too few left, or when the pieces do not meet near where they did.
pub(super) fn settle(course: &Course, on: &[(f64, f64)], reach: f64) -> Option<Course> {
    let mut lines = Vec::new();
    let mut places = Vec::new();
    let mut from = f64::NEG_INFINITY;
    let ends = course.bends.iter().map(|bend| bend.at).chain([f64::INFINITY]);
    for end in ends {
        let inside = |at: f64| at >= from + reach && at < end - reach;
        let own: Vec<(f64, f64)> = on.iter().filter(|(at, _)| inside(*at)).copied().collect();
        if own.len() < FEWEST {
            return None;
        }
        lines.push(line::least_squares(&own, true));
        places.push(end - 4.0 * reach..end + 4.0 * reach);
        from = end;
    }
    Course::joined(&lines, &places)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // What fails here fails a test, with the line.
    use super::*;
    use mixdown_fixtures::signals;

    /// One change of drift at frame `at`.
    fn knee(offset: f64, drift: f64, at: f64, by: f64) -> Course {
        Course { start: Line { offset, drift }, bends: vec![Bend { at, by }] }
    }

    #[test]
    fn courses_follow_each_other_and_turn_round() {
        let lines = Line { offset: 1_000.0, drift: 1e-4 }.into();
        follow_each_other_and_turn_round(&lines, &Line { offset: -50.0, drift: -3e-4 }.into(), 0);
        follow_each_other_and_turn_round(&knee(1_000.0, 1e-4, 2e6, -3e-4), &knee(-50.0, -3e-4, 3e6, 2e-4), 2);
    }

    fn follow_each_other_and_turn_round(first: &Course, second: &Course, bends: usize) {
        let both = first.then(second);
        assert_eq!(both.bends.len(), bends);
        for at in [0.0, 1e6, 1.9e6, 2.1e6, 2.9e6, 3.1e6, 5e6] {
            let on_second = at + first.late(at);
            let late = on_second + second.late(on_second) - at;
            assert!((both.late(at) - late).abs() < 1e-6, "{at}");
            assert!((first.reversed().late(on_second) + first.late(at)).abs() < 1e-6, "{at}");
        }
    }

    #[test]
    fn from_zero_on_it_is_the_same() {
        let course = Course {
            start: Line { offset: 7.0, drift: 1e-4 },
            bends: vec![Bend { at: -1e5, by: 2e-4 }, Bend { at: 1e5, by: -1e-4 }],
        };
        let later = course.without_what_came_before();
        assert_eq!(later.bends.len(), 1);
        assert!([0.0, 5e4, 1e5, 9e5].iter().all(|at| (later.late(*at) - course.late(*at)).abs() < 1e-9));
    }

    /// Measurements of a course with noise of a size, some of them wrong.
    fn measured(course: &Course, count: usize, noise: f64, wrong: usize, seed: u64) -> Vec<(f64, f64)> {
        let random = signals::white_noise(seed, 1.0, 2 * count);
        (0..count)
            .map(|n| {
                let at = 5e6 * n as f64 / count as f64;
                let off = if n % 7 < wrong { 60.0 * f64::from(random[n + count]) } else { 0.0 };
                (at, course.late(at) + noise * f64::from(random[n]) + off)
            })
            .collect()
    }

    fn fitted(points: &[(f64, f64)]) -> Course {
        bent(
            line::through_most(points, 1.5, true).unwrap().0,
            points,
            &Grain { tolerance: 1.5, half_step: 0.0, reach: 0.0 },
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
                    assert_eq!(found.bends.len(), 1, "{at} {by} {wrong}: {found:?}");
                    let off =
                        points.iter().map(|(at, _)| (found.late(*at) - truth.late(*at)).abs()).fold(0.0, f64::max);
                    assert!(off < 0.5, "{at} {by} {wrong}: {found:?}");
                }
            }
        }
    }

    #[test]
    fn two_bends_are_found() {
        let truth = Course {
            start: Line { offset: 0.0, drift: 20e-6 },
            bends: vec![Bend { at: 1.5e6, by: 80e-6 }, Bend { at: 3.5e6, by: -60e-6 }],
        };
        let found = fitted(&measured(&truth, 48, 0.1, 0, 5));
        assert_eq!(found.bends.len(), 2, "{found:?}");
    }

    #[test]
    fn straight_lines_stay_straight_whatever_the_noise() {
        for seed in 0..400 {
            let noise = [0.01, 0.1, 0.5, 1.0][seed as usize % 4];
            let wrong = seed as usize / 4 % 3;
            let course = Course::from(Line { offset: 9.0, drift: 40e-6 });
            for count in [16, 48] {
                let found = fitted(&measured(&course, count, noise, wrong, seed));
                assert!(found.is_straight(), "{seed} {count} {noise} {wrong}: {found:?}");
            }
        }
    }

    #[test]
    fn a_jump_is_no_bend() {
        let mut points = measured(&Course::from(Line::flat(0.0)), 48, 0.1, 0, 9);
        points[24..].iter_mut().for_each(|point| point.1 += 500.0);
        assert!(fitted(&points).is_straight());
    }
}
