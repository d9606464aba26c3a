//! The line that windows settle on: through what each says, or through what they say together; flat, unless a slope explains them clearly better.

use super::course::Course;
use super::line::{self, Line};
use super::measure::Measured;
use super::pooled::Pooled;
use super::window::Window;

/// The line through what windows say one by one, time and lateness in frames: flat, unless a slope explains them clearly better. With its
/// deviations: of the offset, of the drift.
pub(super) fn one_by_one(on: &[(f64, f64)]) -> (Line, (f64, f64)) {
    let sloped = line::least_squares(on, true);
    let (late_sd, drift_sd) = deviations(&sloped.into(), on);
    if slopes(on, sloped, drift_sd) {
        return (sloped, (late_sd, drift_sd));
    }
    // The median is not moved by a window that heard something else.
    let flat = Line::flat(line::median(on.iter().map(|(_, late)| *late).collect()));
    (flat, (deviations(&flat.into(), on).0, drift_sd))
}

/// Whether a slope explains measurements clearly better than none.
fn slopes(on: &[(f64, f64)], sloped: Line, drift_sd: f64) -> bool {
    let span = on.last().map_or(0.0, |last| last.0) - on.first().map_or(0.0, |first| first.0);
    // By chance few windows lie nearly on any line: of Student's t, so much comes once in 3000 times of five windows, and less often of more.
    let least_t = 5.0 * (1.0 + 8.0 / (on.len().saturating_sub(2)).max(1) as f64);
    sloped.drift.abs() > least_t * drift_sd && (sloped.drift * span).abs() > 0.1
}

/// One standard deviation of the offset of a course through measurements, and of its drift before the first bend.
pub(super) fn deviations(course: &Course, on: &[(f64, f64)]) -> (f64, f64) {
    let free = if *course == Line::flat(course.start.offset).into() { 1 } else { 2 + 2 * course.bends.len() };
    let squares: f64 = on.iter().map(|(at, late)| (late - course.late(*at)).powi(2)).sum();
    let residual = (squares / (on.len().saturating_sub(free)).max(1) as f64).sqrt();
    let end = course.bends.first().map_or(f64::INFINITY, |bend| bend.at);
    let first: Vec<f64> = on.iter().map(|(at, _)| *at).filter(|at| *at < end).collect();
    let mean = first.iter().sum::<f64>() / first.len().max(1) as f64;
    let spread = first.iter().map(|at| (at - mean).powi(2)).sum::<f64>().sqrt().max(f64::MIN_POSITIVE);
    (residual / (on.len().max(1) as f64).sqrt(), residual / spread)
}

/// The same for windows that listened to coherent bins, by what those of them that are `on` a straight course heard together; one by one where
/// that comes to no line within `reach` frames of it.
pub(super) fn together(
    measured: &[Measured],
    window: &Window,
    course: &Course,
    on: &[(f64, f64)],
    reach: f64,
) -> (Line, (f64, f64)) {
    let chosen: Vec<_> = measured.iter().filter(|one| on.iter().any(|(at, _)| *at == one.at)).collect();
    let pooled = |drifts| Pooled::near(&chosen, window, course, drifts, reach);
    let settled = pooled(true).and_then(|sloped| {
        let Pooled { line, late_sd, .. } =
            if slopes(on, sloped.line, sloped.drift_sd) { sloped } else { pooled(false)? };
        Some((line, (late_sd, sloped.drift_sd)))
    });
    settled.unwrap_or_else(|| one_by_one(on))
}

#[cfg(test)]
mod tests {
    use super::*;
    use mixdown_fixtures::signals;

    /// Windows on a line that drifts by so many frames a window, each up to half a frame off by chance: how many of 3000 rows are told to drift.
    fn drifting(windows: usize, drift: f64) -> usize {
        let told = |seed: &u64| {
            let off = signals::white_noise(*seed, 0.5, windows);
            let points: Vec<_> =
                off.iter().enumerate().map(|(n, off)| (n as f64, drift * n as f64 + f64::from(*off))).collect();
            one_by_one(&points).0.drift != 0.0
        };
        (0..3_000).filter(told).count()
    }

    #[test]
    fn few_windows_do_not_make_up_a_drift_and_many_see_one() {
        for windows in [6, 8, 16] {
            assert!(drifting(windows, 0.0) <= 1, "{windows}: {}", drifting(windows, 0.0));
        }
        assert_eq!(drifting(16, 1.0), 3_000);
    }
}
