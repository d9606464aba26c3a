//! Delay of one stem against another over time, also where a clock changes its drift: straight
//! lines that meet.

use super::line::LinearDelay;

/// Change of drift.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Breakpoint {
    /// From this frame of the first stem on …
    pub(crate) at: f64,
    /// … the delay of the second grows by this much more per frame.
    pub(crate) by: f64,
}

/// Delay as a function of time: a line, and bends in order of time.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct DelayMap {
    /// Before the first bend.
    pub(crate) start: LinearDelay,
    pub(crate) bends: Vec<Breakpoint>,
}

impl From<LinearDelay> for DelayMap {
    fn from(start: LinearDelay) -> Self {
        Self { start, bends: Vec::new() }
    }
}

impl DelayMap {
    /// Returns the delay of the second stem when the first is at frame `at`, in frames.
    pub(crate) fn late(&self, at: f64) -> f64 {
        self.bends.iter().map(|bend| bend.by * (at - bend.at).max(0.0)).fold(self.start.late(at), |sum, x| sum + x)
    }

    /// Returns the growth of the delay per frame, from frame `at` on.
    pub(crate) fn drift_at(&self, at: f64) -> f64 {
        self.start.drift + self.bends.iter().filter(|bend| bend.at <= at).map(|bend| bend.by).sum::<f64>()
    }

    /// Returns true if one line holds for all times.
    pub(crate) fn is_straight(&self) -> bool {
        self.bends.is_empty()
    }

    /// Adds a line.
    pub(crate) fn plus(&self, line: LinearDelay) -> Self {
        let start = LinearDelay { offset: self.start.offset + line.offset, drift: self.start.drift + line.drift };
        Self { start, bends: self.bends.clone() }
    }

    /// Returns the delay of the third stem against the first. `self` is the delay of the second
    /// against the first, and `next` that of the third against the second.
    pub(crate) fn then(&self, next: &Self) -> Self {
        // Frame n of the first is frame n + late(n) of the second, and so on.
        let mut places: Vec<f64> = self.bends.iter().map(|bend| bend.at).collect();
        places.extend(next.bends.iter().map(|bend| self.first_frame(bend.at)));
        let drift = |at: f64| {
            let (first, second) = (self.drift_at(at), next.drift_at(at + self.late(at)));
            first + second + first * second
        };
        Self::through(places, drift, |at| self.late(at) + next.late(at + self.late(at)))
    }

    /// Returns the delay of the first stem against the second.
    pub(crate) fn reversed(&self) -> Self {
        let places = self.bends.iter().map(|bend| bend.at + self.late(bend.at)).collect();
        let drift = |at: f64| (1.0 + self.drift_at(self.first_frame(at))).recip() - 1.0;
        Self::through(places, drift, |at| self.first_frame(at) - at)
    }

    /// Returns the frame of the first stem that frame `at` of the second belongs to.
    pub(crate) fn first_frame(&self, at: f64) -> f64 {
        let mut line = self.start;
        let solved = |line: LinearDelay| (at - line.offset) / (1.0 + line.drift);
        for bend in &self.bends {
            if solved(line) < bend.at {
                break;
            }
            line = LinearDelay { offset: line.offset - bend.by * bend.at, drift: line.drift + bend.by };
        }
        solved(line)
    }

    /// Returns the course with bends at `places`, given its drift between them and its delay
    /// anywhere.
    fn through(mut places: Vec<f64>, drift: impl Fn(f64) -> f64, late: impl Fn(f64) -> f64) -> Self {
        places.sort_by(f64::total_cmp);
        // A frame apart, two bends are one; rounding must not put a place before its own bend.
        places.dedup_by(|x, y| (*x - *y).abs() < 1.0);
        let before = places.first().map_or(0.0, |first| first - 2.0);
        let start = drift(before);
        let mut now = start;
        let bends = places.iter().map(|at| {
            let then = drift(at + 0.5);
            Breakpoint { at: *at, by: then - std::mem::replace(&mut now, then) }
        });
        let bends = bends.collect();
        Self { start: LinearDelay { offset: late(before) - start * before, drift: start }, bends }
    }

    /// Returns the same from frame 0 on, without changes before it.
    pub(crate) fn without_what_came_before(&self) -> Self {
        let start = LinearDelay { offset: self.late(0.0), drift: self.drift_at(0.0) };
        Self { start, bends: self.bends.iter().filter(|bend| bend.at > 0.0).copied().collect() }
    }

    /// Joins lines that follow each other, each to where it meets the next, which must be near the
    /// place given for it. `None` if they do not meet there.
    pub(crate) fn joined(lines: &[LinearDelay], places: &[std::ops::Range<f64>]) -> Option<Self> {
        let bends = lines.windows(2).zip(places).map(|(pair, place)| {
            let by = pair[1].drift - pair[0].drift;
            let at = (pair[0].offset - pair[1].offset) / by;
            place.contains(&at).then_some(Breakpoint { at, by })
        });
        Some(Self { start: *lines.first()?, bends: bends.collect::<Option<_>>()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns a course with one change of drift at frame `at`.
    fn knee(offset: f64, drift: f64, at: f64, by: f64) -> DelayMap {
        DelayMap { start: LinearDelay { offset, drift }, bends: vec![Breakpoint { at, by }] }
    }

    #[test]
    fn courses_follow_each_other_and_turn_round() {
        let lines = LinearDelay { offset: 1_000.0, drift: 1e-4 }.into();
        follow_each_other_and_turn_round(&lines, &LinearDelay { offset: -50.0, drift: -3e-4 }.into(), 0);
        follow_each_other_and_turn_round(&knee(1_000.0, 1e-4, 2e6, -3e-4), &knee(-50.0, -3e-4, 3e6, 2e-4), 2);
    }

    fn follow_each_other_and_turn_round(first: &DelayMap, second: &DelayMap, bends: usize) {
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
        let course = DelayMap {
            start: LinearDelay { offset: 7.0, drift: 1e-4 },
            bends: vec![Breakpoint { at: -1e5, by: 2e-4 }, Breakpoint { at: 1e5, by: -1e-4 }],
        };
        let later = course.without_what_came_before();
        assert_eq!(later.bends.len(), 1);
        assert!([0.0, 5e4, 1e5, 9e5].iter().all(|at| (later.late(*at) - course.late(*at)).abs() < 1e-9));
    }
}
