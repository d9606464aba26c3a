//! Line through the segments, separately or pooled. It is flat unless a slope fits clearly better.

use super::cross_spectrum::SegmentMeasurement;
use super::ml_delay::Pooled;
use super::segment::SegmentCorrelator;
use crate::align::time_map::line::{self, LinearDelay};
use crate::resample::TimeMap;

/// Fits a line through the delays of separate segments, time and delay in frames. It is flat unless
/// a slope fits clearly better. Also returns the deviations of the offset and of the drift.
pub(crate) fn one_by_one(on: &[(f64, f64)]) -> (LinearDelay, (f64, f64)) {
    let sloped = line::least_squares(on, true);
    let (delay_sd, drift_sd) = deviations(&sloped.into(), on);
    if slopes(on, sloped, drift_sd) {
        return (sloped, (delay_sd, drift_sd));
    }
    // A segment that measured something else does not move the median.
    let flat = LinearDelay::flat(line::median(on.iter().map(|(_, delay)| *delay).collect()));
    (flat, (deviations(&flat.into(), on).0, drift_sd))
}

/// Fits a line to the pooled weighted cross-spectra of segments near a straight time map. It is
/// flat unless a slope fits clearly better. The deviations are as in [`one_by_one`]. Where the pool
/// has no line within `reach` frames of the time map, fits one through the delays `on` of separate
/// segments.
pub(crate) fn as_one(
    near: &[&SegmentMeasurement],
    correlator: &SegmentCorrelator,
    time_map: &TimeMap,
    on: &[(f64, f64)],
    reach: f64,
) -> (LinearDelay, (f64, f64)) {
    let pooled = |drifts| Pooled::near(near, correlator, time_map, drifts, reach);
    let alone = one_by_one(on);
    let sloped = pooled(true);
    let drift_sd = sloped.map_or(alone.1.1, |sloped| sloped.drift_sd);
    let drifts = sloped.filter(|sloped| slopes(on, sloped.line, sloped.drift_sd));
    drifts.or_else(|| pooled(false)).map_or(alone, |chosen| (chosen.line, (chosen.delay_sd, drift_sd)))
}

/// Returns true if a slope fits the measurements clearly better than none.
fn slopes(on: &[(f64, f64)], sloped: LinearDelay, drift_sd: f64) -> bool {
    let span = on.last().map_or(0.0, |last| last.0) - on.first().map_or(0.0, |first| first.0);
    // By chance few segments lie nearly on any line. In Student's t, so much occurs once in 3000
    // times for five segments, and less often for more.
    let least_t = 5.0 * (1.0 + 8.0 / (on.len().saturating_sub(2)).max(1) as f64);
    // A drift measured in a short part late in the stems is extrapolated to frame 0. It must be
    // more certain by the same factor.
    let farther = on.last().map_or(1.0, |last| last.0 / span.max(1.0)).max(1.0);
    sloped.drift.abs() > least_t * drift_sd && (sloped.drift * span).abs() > 0.1 * farther
}

/// Returns one standard deviation of the offset of a time map through measurements, and of its
/// drift before the first bend.
pub(crate) fn deviations(time_map: &TimeMap, on: &[(f64, f64)]) -> (f64, f64) {
    let free = if *time_map == LinearDelay::flat(time_map.start).into() { 1 } else { 2 + 2 * time_map.changes.len() };
    let squares: f64 = on.iter().map(|(at, delay)| (delay - time_map.delay(*at)).powi(2)).sum();
    let residual = (squares / (on.len().saturating_sub(free)).max(1) as f64).sqrt();
    let end = time_map.changes.first().map_or(f64::INFINITY, |bend| bend.at);
    let first: Vec<f64> = on.iter().map(|(at, _)| *at).filter(|at| *at < end).collect();
    let mean = first.iter().sum::<f64>() / first.len().max(1) as f64;
    let spread = first.iter().map(|at| (at - mean).powi(2)).sum::<f64>().sqrt().max(f64::MIN_POSITIVE);
    (residual / (on.len().max(1) as f64).sqrt(), residual / spread)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::align::tests::segment_fixture::{LATE, LEN, SegmentFixture, low_passed};
    use mixdown_fixtures::{alignment as make, signals};

    /// Counts the rows of 3000 in which a drift is found. Segments lie on a line that drifts by
    /// `drift` frames per segment, each up to half a frame off by chance.
    fn drifting(segments: usize, drift: f64) -> usize {
        let reported = |seed: &u64| {
            let off = signals::white_noise(*seed, 0.5, segments);
            let points: Vec<_> =
                off.iter().enumerate().map(|(n, off)| (n as f64, drift * n as f64 + f64::from(*off))).collect();
            one_by_one(&points).0.drift != 0.0
        };
        (0..3_000).filter(reported).count()
    }

    #[test]
    fn few_windows_do_not_make_up_a_drift_and_many_see_one() {
        for segments in [6, 8, 16] {
            assert!(drifting(segments, 0.0) <= 1, "{segments}: {}", drifting(segments, 0.0));
        }
        assert_eq!(drifting(16, 1.0), 3_000);
    }

    #[test]
    fn segments_drift_as_one_where_the_stem_does() {
        let source = low_passed(&signals::white_noise(5, 0.5, 14 * LEN));
        for (ppm, seed) in (20..28).map(|seed| (0.0, seed)).chain([(20.0, 20), (-20.0, 21)]) {
            // The same delay in the middle.
            let delay = LATE - ppm * 1e-6 * 6.5 * LEN as f64;
            let trial =
                SegmentFixture::new(&source, &make::with_noise(&make::drifting(&source, delay, ppm), 0.0, seed));
            let on: Vec<_> = trial.measured.iter().map(|one| (one.at, LATE)).collect();
            let near: Vec<_> = trial.measured.iter().collect();
            let (line, (delay_sd, drift_sd)) = as_one(&near, &trial.correlator, &trial.time_map, &on, 10.0);
            assert!((line.delay(6.5 * LEN as f64) - LATE).abs() < 5.0 * delay_sd, "{ppm} {line:?}");
            assert_eq!(line.drift == 0.0, ppm == 0.0, "{ppm} {seed}: {line:?} ± {drift_sd}");
        }
    }

    #[test]
    fn segments_that_measure_nothing_are_fitted_one_by_one() {
        let source = low_passed(&signals::white_noise(5, 0.5, 14 * LEN));
        let trial = SegmentFixture::new(&source, &vec![0.0; source.len()]);
        let on: Vec<_> =
            trial.measured.iter().enumerate().map(|(n, one)| (one.at, 3.0 + 0.1 * (n % 3) as f64)).collect();
        let near: Vec<_> = trial.measured.iter().collect();
        assert_eq!(as_one(&near, &trial.correlator, &trial.time_map, &on, 10.0), one_by_one(&on));
    }
}
