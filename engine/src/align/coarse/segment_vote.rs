//! Vote of segments: segments along the stems must each find the delay that the whole correlation
//! suggests.

use super::joint_activity::Sounding;
use super::joint_activity::common;
use super::thresholds::THRESHOLDS;
use crate::align::features::prepared::PreparedStem;
use crate::align::features::stem::StemFeatures;
use crate::align::fine::segment::SegmentCorrelator;
use crate::align::time_map::breakpoints::{self, Resolution};
use crate::align::time_map::line;
use crate::resample::TimeMap;

/// Settings of a search.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SegmentSearch {
    /// Preferred length of a segment, in seconds.
    pub(crate) segment_s: f64,
    /// Reach of a segment on either side of the suggested delay, in seconds.
    pub(crate) reach_s: f64,
    /// The delay may change along the stems.
    pub(crate) drifts: bool,
}

/// Result of a vote.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SegmentVote {
    /// Delay of the second stem over time.
    pub(crate) time_map: TimeMap,
    /// −1 when the second stem is inverted.
    pub(crate) polarity: i8,
    /// Segments with sound in both stems.
    pub(crate) segments: usize,
    /// Segments that agree on the time map.
    pub(crate) agreeing: usize,
    /// Median height of their peaks; 1 where all phases agree.
    pub(crate) height: f64,
    /// Decimal logarithm of the chance that as many segments agree at random.
    pub(crate) log_chance: f64,
}

/// Returns the starts in `a` of up to `most` segments of `size` frames in which both stems sound.
/// Each is the loudest of its part of that time.
pub(crate) fn places(
    a: &PreparedStem<'_>,
    b: &PreparedStem<'_>,
    delay: f64,
    sounding: &Sounding,
    size: usize,
    most: usize,
) -> Vec<usize> {
    let spans = sounding.spans(size);
    let level = |start: usize| {
        let other = (start as f64 + delay).max(0.0) as usize;
        a.level(start, start + size).min(b.level(other, other + size))
    };
    let loudest = |starts: &mut dyn Iterator<Item = usize>| {
        let best = starts.map(|start| (level(start), start)).max_by(|x, y| x.0.total_cmp(&y.0).then(y.1.cmp(&x.1)));
        best.filter(|(level, _)| *level > THRESHOLDS.min_segment_power_share).map(|(_, start)| start)
    };
    if let [span] = &spans[..] {
        let parts = (span.len() / size.max(1)).min(most);
        let part = span.len().checked_div(parts).unwrap_or(0);
        let of_part =
            |n: usize| (span.start + n * part..=span.start + (n + 1) * part - size).step_by((size / 2).max(1));
        return (0..parts).filter_map(|n| loudest(&mut of_part(n))).collect();
    }
    // As many segments as fit in each span; one in the middle of a span that is a little too short.
    let last = common(a.stem, b.stem, delay).end.saturating_sub(size);
    let slots: Vec<usize> = spans
        .iter()
        .filter(|span| 2 * span.len() >= size)
        .flat_map(|span| {
            let count = (span.len() / size.max(1)).max(1);
            let start = move |n: usize| {
                let middle = span.start + span.len() * (2 * n + 1) / (2 * count);
                middle.saturating_sub(size / 2).min(last)
            };
            (0..count).map(start)
        })
        .collect();
    let parts = slots.len().min(most);
    let of_part = |n: usize| slots[n * slots.len() / parts..(n + 1) * slots.len() / parts].iter().copied();
    (0..parts).filter_map(|n| loudest(&mut of_part(n))).collect()
}

/// Returns true if the stems overlap enough for a vote when `b` is delayed by `late`.
pub(crate) fn can_discriminate(a: &StemFeatures, b: &StemFeatures, delay: i64) -> bool {
    common(a, b, delay as f64).len() as f64
        >= THRESHOLDS.min_segment_s * (THRESHOLDS.min_segments + 1) as f64 * a.rate().as_f64()
}

/// Measures the delay of `b` against `a` near `late` with segments along the stems, at the
/// decimated rate. `None` if the common part is too short for enough segments with sound.
pub(crate) fn vote(
    a: &PreparedStem<'_>,
    b: &PreparedStem<'_>,
    delay: i64,
    search: SegmentSearch,
) -> Option<SegmentVote> {
    let factor = a.factor();
    let rate = a.stem.rate().as_f64() / factor as f64;
    let sounding = Sounding::of(a, b, delay as f64);
    let length = sounding.frames();
    let segment_s = search.segment_s.min(length as f64 / a.stem.rate().as_f64() / (THRESHOLDS.min_segments + 1) as f64);
    if segment_s < THRESHOLDS.min_segment_s {
        return None;
    }
    let count = (segment_s * rate) as usize;
    let reach = ((search.reach_s * rate) as usize).max(4);
    let starts = places(a, b, delay as f64, &sounding, count * factor, THRESHOLDS.max_segments);
    if starts.len() < THRESHOLDS.min_segments {
        return None;
    }
    let correlator = SegmentCorrelator::new(count, reach, rate);
    let mut buffers = correlator.buffers();
    let mut answers = Vec::with_capacity(starts.len());
    for start in starts {
        let first = (start / factor) as i64;
        let second = first + (delay as f64 / factor as f64).round() as i64;
        let shift = (second - first) * factor as i64;
        let a = a.decimated_from(first, count);
        let b = b.decimated_from(second - reach as i64, count + 2 * reach);
        correlator.spectra(&a, &b, &mut buffers);
        let curve = correlator.curve(&mut buffers);
        let best = (0..curve.len()).fold(0, |best, n| if curve[n].abs() > curve[best].abs() { n } else { best });
        let at = (first as usize * factor + count * factor / 2) as f64;
        let lag = (shift + (best as i64 - reach as i64) * factor as i64) as f64;
        answers.push((at, lag, f64::from(curve[best]) / (2 * correlator.bins.len()) as f64));
    }
    let points: Vec<(f64, f64)> = answers.iter().map(|answer| (answer.0, answer.1)).collect();
    let tolerance = THRESHOLDS.max_deviation_frames * factor as f64;
    let grain = Resolution { tolerance, half_step: factor as f64 / 2.0, reach: (count * factor) as f64 / 2.0 };
    let (line, on) = line::through_most(&points, tolerance, search.drifts)?;
    let time_map =
        if search.drifts && on.contains(&false) { breakpoints::bent(line, &points, &grain) } else { line.into() };
    let on = answers.iter().filter(|(at, delay, _)| (delay - time_map.delay(*at)).abs() <= tolerance);
    let on: Vec<f64> = on.map(|answer| answer.2).collect();
    let positive = on.iter().filter(|height| **height > 0.0).count();
    let polarity = if 2 * positive >= on.len() { 1 } else { -1 };
    let agreeing = positive.max(on.len() - positive);
    let chance = (2.0 * THRESHOLDS.max_deviation_frames + 1.0) / (2 * reach + 1) as f64;
    // A bend takes two segments to be drawn, and may be between any two.
    let free = if search.drifts { 2 + 2 * time_map.changes.len() } else { 1 };
    let log_places = time_map.changes.len() as f64 * (points.len() as f64).log10();
    let log_chance =
        log_choose(points.len(), agreeing) + log_places + chance.log10() * agreeing.saturating_sub(free) as f64;
    let height = line::median(on.into_iter().map(f64::abs).collect());
    Some(SegmentVote { time_map, polarity, segments: points.len(), agreeing, height, log_chance })
}

/// Returns the decimal logarithm of the number of ways to choose `k` of `n`.
fn log_choose(n: usize, k: usize) -> f64 {
    (1..=k).map(|i| ((n - k + i) as f64 / i as f64).log10()).sum()
}
