//! Delay of one stem against another over time: a straight line, found among measurements of which
//! some are wrong.

use super::thresholds::THRESHOLDS;
use crate::resample::TimeMap;

/// Delay as a function of time: `offset + drift × frame`, in session frames.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct LinearDelay {
    /// Delay of the second stem at frame 0 of the first, in frames.
    pub(crate) offset: f64,
    /// Growth of the delay per frame.
    pub(crate) drift: f64,
}

impl From<LinearDelay> for TimeMap {
    fn from(line: LinearDelay) -> Self {
        Self::line(line.offset, line.drift)
    }
}

impl LinearDelay {
    /// Returns the delay up to the first change of the drift.
    pub(crate) fn first_of(map: &TimeMap) -> Self {
        Self { offset: map.start, drift: map.drift }
    }

    /// Creates a line with one delay for all times.
    pub(crate) fn flat(offset: f64) -> Self {
        Self { offset, drift: 0.0 }
    }

    /// Returns the delay of the second stem when the first is at frame `at`, in frames.
    pub(crate) fn delay(self, at: f64) -> f64 {
        self.offset + self.drift * at
    }
}

/// Finds the line through two points that most points lie on, within `tolerance`, then the
/// least-squares line through those. Also returns which points lie on it. `None` if there are fewer
/// than two points or no line is flat enough.
pub(crate) fn through_most(points: &[(f64, f64)], tolerance: f64, drifts: bool) -> Option<(LinearDelay, Vec<bool>)> {
    let near = |line: LinearDelay| -> Vec<bool> {
        points.iter().map(|(at, delay)| (delay - line.delay(*at)).abs() <= tolerance).collect()
    };
    let span = points.last()?.0 - points.first()?.0;
    let mut best: Option<(usize, f64, LinearDelay)> = None;
    let mut offer = |line: LinearDelay| {
        let on = points.iter().map(|(at, delay)| (delay - line.delay(*at)).abs()).filter(|off| *off <= tolerance);
        let (count, off) = on.fold((0, 0.0), |(count, sum), off| (count + 1, sum + off));
        if best.is_none_or(|(most, least, _)| count > most || (count == most && off < least)) {
            best = Some((count, off, line));
        }
    };
    for (n, p) in points.iter().enumerate() {
        offer(LinearDelay::flat(p.1));
        // Two close points hardly determine a slope.
        for q in points[n + 1..].iter().filter(|q| drifts && q.0 - p.0 >= 0.2 * span) {
            let drift = (q.1 - p.1) / (q.0 - p.0);
            if drift.abs() <= THRESHOLDS.max_drift_share {
                offer(LinearDelay { offset: p.1 - drift * p.0, drift });
            }
        }
    }
    let (_, _, mut line) = best?;
    for _ in 0..2 {
        let on = near(line);
        let chosen: Vec<(f64, f64)> = points.iter().zip(&on).filter(|(_, on)| **on).map(|(p, _)| *p).collect();
        line = least_squares(&chosen, drifts);
    }
    let on = near(line);
    Some((line, on))
}

/// Returns the least-squares line; flat if it may not drift or there are fewer than three points.
pub(crate) fn least_squares(points: &[(f64, f64)], drifts: bool) -> LinearDelay {
    let count = points.len().max(1) as f64;
    let mean = points.iter().fold((0.0, 0.0), |sum, p| (sum.0 + p.0 / count, sum.1 + p.1 / count));
    if !drifts || points.len() < 3 {
        return LinearDelay::flat(mean.1);
    }
    let (xy, xx) = points.iter().fold((0.0, 0.0), |(xy, xx), p| {
        let x = p.0 - mean.0;
        (xy + x * (p.1 - mean.1), xx + x * x)
    });
    let drift = if xx > 0.0 { xy / xx } else { 0.0 };
    LinearDelay { offset: mean.1 - drift * mean.0, drift }
}

/// Returns the median.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let n = values.len();
    if n == 0 { 0.0 } else { f64::midpoint(values[(n - 1) / 2], values[n / 2]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_found_among_points_of_which_half_are_wrong() {
        let line = LinearDelay { offset: 30.0, drift: 100e-6 };
        let at = |n: usize| n as f64 * 1e5;
        let mut points: Vec<(f64, f64)> = (0..12).map(|n| (at(n), line.delay(at(n)))).collect();
        for n in [1, 2, 5, 7, 8, 11] {
            points[n].1 += 300.0 * (n as f64 - 6.0);
        }
        let (found, on) = through_most(&points, 1.0, true).unwrap();
        assert!((found.offset - 30.0).abs() < 1e-6 && (found.drift - 100e-6).abs() < 1e-12);
        assert_eq!(on.iter().filter(|on| **on).count(), 6);
    }
}
