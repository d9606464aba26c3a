//! Fine search, at the full rate: the time map along which the phases of the cross-spectrum,
//! weighted by their coherence, agree.

use super::cross_spectrum::{SegmentMeasurement, measure, pool_segments, summit, weight_by_coherence, weighted_summit};
use super::group_delay_check::GroupDelayCheck;
use super::line_fit::{self, deviations};
use super::peak_quality::{conclude, peak_quality};
use super::segment::SegmentCorrelator;
use super::thresholds::THRESHOLDS;
use super::tracked_delay::TrackedDelay;
use super::wow_flutter;
use crate::align::coarse::joint_activity::Sounding;
use crate::align::coarse::segment_vote;
use crate::align::coarse::thresholds::THRESHOLDS as COARSE;
use crate::align::decide::accept::{confidence, doubt};
use crate::align::decide::evidence::PairEvidence;
use crate::align::decide::thresholds::THRESHOLDS as DECIDE;
use crate::align::features::prepared::PreparedStem;
use crate::align::thresholds::THRESHOLDS as ALIGN;
use crate::align::time_map::breakpoints::{self, Resolution};
use crate::align::time_map::line::{self, LinearDelay};
use crate::resample::FractionTable;
use crate::resample::TimeMap;
use std::f64::consts::TAU;
use std::sync::OnceLock;

/// Deviations within which four fifths of normally distributed delays lie.
const DEVIATIONS_OF_FOUR_FIFTHS: f64 = 1.2816;
static TABLE: OnceLock<FractionTable> = OnceLock::new();

fn table() -> &'static FractionTable {
    TABLE.get_or_init(|| FractionTable::new(THRESHOLDS.interpolation_taps))
}

/// Pair of stems, and the way in which segments along them are measured.
struct StemPair<'a> {
    a: &'a PreparedStem<'a>,
    b: &'a PreparedStem<'a>,
    /// Frames of a segment.
    len: usize,
    /// Frame in whose surroundings the result counts.
    middle: f64,
    /// Parts in which both stems sound.
    sounding: Sounding,
    table: &'static FractionTable,
    /// Bins are weighted by their coherence.
    weighted: bool,
}

/// Returns the mean coherence of `b` and `a` along a coarse time map, 0 to 1, at the full rate.
pub(crate) fn coherence(a: &PreparedStem<'_>, b: &PreparedStem<'_>, coarse: &TimeMap) -> Option<f64> {
    let middle = a.stem.kept() as f64 / 2.0;
    let pair = StemPair::new(a, b, middle, coarse, THRESHOLDS.short_segment_s);
    let (starts, line) = pair.line(coarse)?;
    let correlator = pair.correlator(THRESHOLDS.reach_frames);
    Some(pool_segments(&pair.measure(&correlator, &starts, &line.into()), correlator.bins.clone()).mean_coherence())
}

/// Measures `b` against `a` around a coarse time map. With `strong`, short segments suffice. `None`
/// if nothing is left to measure.
pub(crate) fn refine(
    a: &PreparedStem<'_>,
    b: &PreparedStem<'_>,
    coarse: &TimeMap,
    strong: bool,
) -> Option<PairEvidence> {
    let rate = a.stem.rate().as_f64();
    let middle = a.stem.kept() as f64 / 2.0;
    let pair = |most_s| StemPair::new(a, b, middle, coarse, most_s);
    let (short, long) = (pair(THRESHOLDS.short_segment_s), pair(THRESHOLDS.long_segment_s));
    let mut followed = if strong { &short } else { &long }.best(coarse);
    // A peak that stood out as a whole may be drowned by noise in short segments.
    let more =
        |followed: &TrackedDelay| followed.agree_less_than(THRESHOLDS.min_segment_share) && followed.promises(rate);
    if strong && long.len > short.len && followed.as_ref().is_none_or(more) {
        let again = long.best(coarse);
        followed = again.filter(|long| followed.as_ref().is_none_or(|short| long.beats(short))).or(followed);
    }
    let refined = followed.map(|followed| if strong { &short } else { &long }.concluded(followed));
    let sure = |refined: &PairEvidence| {
        let agreed = refined.agreeing as f64 >= THRESHOLDS.min_segment_share * refined.segments as f64;
        agreed && (confidence(refined) >= THRESHOLDS.min_sure_confidence || !refined.time_map.is_straight())
    };
    // A dull stem has few bins above the noise, and they contain the delay: the others would
    // outvote them.
    let weighted = || {
        let len =
            long.len.min(long.sounding.frames() / THRESHOLDS.min_weighted_segments).max(THRESHOLDS.min_segment_frames);
        StemPair { weighted: true, len, ..long }.along_a_line(coarse)
    };
    let weighted = if refined.as_ref().is_some_and(sure) { None } else { weighted() };
    let weighted = weighted.filter(TrackedDelay::halves_agree);
    let weighted =
        weighted.map(|weighted| PairEvidence { halves_agree: true, ..conclude(with_wander(a, b, weighted), rate) });
    let weighted = weighted.filter(|weighted| weighted.direct.is_none());
    let share = |refined: &PairEvidence| refined.agreeing as f64 / refined.segments as f64;
    let better = |x: &PairEvidence, y: &PairEvidence| {
        let believed = |refined: &PairEvidence| doubt(refined, false).is_none();
        // Between a line and a time map with bends the segments decide. Noise bends what is
        // straight, and a line may look sure with half of a bend.
        let fits = || {
            if x.time_map.is_straight() != y.time_map.is_straight() {
                return share(x).total_cmp(&share(y));
            }
            let (of_x, of_y) = (confidence(x), confidence(y));
            // With weighted bins few segments count, and bleed of drums may add delay to a bass.
            let both_sure = of_x.min(of_y) >= ALIGN.min_confidence;
            if both_sure { y.delay_sd.total_cmp(&x.delay_sd) } else { of_x.total_cmp(&of_y) }
        };
        believed(x).cmp(&believed(y)).then_with(fits)
    };
    [weighted, refined].into_iter().flatten().max_by(better).map(PairEvidence::with_reported_deviation)
}

/// Adds the wander of the clock. Long segments agree on where it dwells, which may be far from its
/// middle.
fn with_wander(a: &PreparedStem<'_>, b: &PreparedStem<'_>, mut followed: TrackedDelay) -> TrackedDelay {
    let len = followed.correlator.hann_len();
    let starts: Vec<usize> = followed.measured.iter().map(|one| one.at as usize - len / 2).collect();
    followed.wander = followed.far_off();
    if let Some(wander) = wow_flutter::wander(a.stem, b.stem, (&starts, len), &followed.time_map, table()) {
        followed.wander = followed.wander.max(wander.sd);
        followed.time_map = followed.time_map.plus(wander.mean, 0.0);
    }
    followed
}

impl<'a> StemPair<'a> {
    fn new(a: &'a PreparedStem<'a>, b: &'a PreparedStem<'a>, middle: f64, coarse: &TimeMap, most_s: f64) -> Self {
        let sounding = Sounding::of(a, b, coarse.delay(middle));
        let most = (most_s * a.stem.rate().as_f64()) as usize;
        let len = most.min(sounding.frames() / (COARSE.min_segments + 1)).max(THRESHOLDS.min_segment_frames);
        Self { a, b, len, middle, sounding, table: table(), weighted: false }
    }

    fn rate(&self) -> f64 {
        self.a.stem.rate().as_f64()
    }

    /// Returns the starts of up to `most` segments.
    fn places(&self, coarse: &TimeMap, most: usize) -> Vec<usize> {
        segment_vote::places(self.a, self.b, coarse.delay(self.middle), &self.sounding, self.len, most)
    }

    fn correlator(&self, reach: usize) -> SegmentCorrelator {
        SegmentCorrelator::new(self.len, reach, self.rate())
    }

    fn measure(&self, correlator: &SegmentCorrelator, starts: &[usize], time_map: &TimeMap) -> Vec<SegmentMeasurement> {
        let mut measured = measure(self.a.stem, self.b.stem, correlator, starts, time_map, self.table);
        if self.weighted {
            weight_by_coherence(&mut measured, correlator);
        }
        measured
    }

    /// Measures along a line, or along one with bends where the segments require it.
    fn best(&self, coarse: &TimeMap) -> Option<TrackedDelay> {
        let straight = self.along_a_line(coarse);
        match &straight {
            Some(followed) if followed.needs_no_breakpoint() || !followed.promises(self.rate()) => straight,
            _ => self
                .along_bends(coarse)
                .filter(|bent| straight.as_ref().is_none_or(|line| bent.beats(line)))
                .or(straight),
        }
    }

    fn along_a_line(&self, coarse: &TimeMap) -> Option<TrackedDelay> {
        let (starts, line) = self.line(coarse)?;
        self.follow(&starts, line.into())
    }

    /// Returns segments along the stems, and the line that most of them lie on.
    fn line(&self, coarse: &TimeMap) -> Option<(Vec<usize>, LinearDelay)> {
        let starts = self.places(coarse, THRESHOLDS.max_segments);
        if starts.len() < COARSE.min_segments {
            return None;
        }
        let measured = self.measure(&self.correlator(THRESHOLDS.first_reach_frames), &starts, coarse);
        let points: Vec<(f64, f64)> = measured.iter().map(|m| (m.at, m.base + m.lag)).collect();
        Some((starts, line::through_most(&points, THRESHOLDS.max_deviation_frames, true)?.0))
    }

    /// Measures many segments, to find where the drift of a clock changes. `None` if it does not.
    fn along_bends(&self, coarse: &TimeMap) -> Option<TrackedDelay> {
        let starts = self.places(coarse, THRESHOLDS.max_segments_of_bends);
        if starts.len() < COARSE.min_segments {
            return None;
        }
        let measured = self.measure(&self.correlator(THRESHOLDS.bends_reach_frames), &starts, coarse);
        let points: Vec<(f64, f64)> = measured.iter().map(|m| (m.at, m.base + m.lag)).collect();
        let time_map = breakpoints::bent(
            line::through_most(&points, THRESHOLDS.max_deviation_frames, true)?.0,
            &points,
            &grain(0.5, self.len),
        );
        if time_map.is_straight() {
            return None;
        }
        self.follow(&starts, time_map).filter(|followed| !followed.time_map.is_straight())
    }

    /// Measures along a time map and corrects it, until it stays.
    fn follow(&self, starts: &[usize], mut time_map: TimeMap) -> Option<TrackedDelay> {
        let correlator = self.correlator(THRESHOLDS.reach_frames);
        let mut last = None;
        for round in 0..THRESHOLDS.max_rounds {
            let measured = self.measure(&correlator, starts, &time_map);
            let pooled = pool_segments(&measured, correlator.bins.clone());
            let expected = |one: &SegmentMeasurement| {
                let lag =
                    if self.weighted { weighted_summit(one, &correlator) } else { summit(one, &pooled, &correlator) };
                (one.at, one.base + lag)
            };
            let exact: Vec<(f64, f64)> = measured.iter().map(expected).collect();
            let near =
                |(at, delay): &(f64, f64)| (delay - time_map.delay(*at)).abs() <= THRESHOLDS.max_deviation_frames;
            let on: Vec<(f64, f64)> = exact.iter().filter(|point| near(point)).copied().collect();
            let few = on.len() < COARSE.min_segments;
            let (delay_sd, drift_sd);
            let mut moved = 0.0;
            // Where few agree, the caller judges from their number.
            if few {
                // They cannot determine a drift, which would move the delay far away at frame 0.
                if time_map.is_straight() && !on.is_empty() {
                    time_map = line_fit::one_by_one(&on).0.into();
                }
                (delay_sd, drift_sd) = deviations(&time_map, &on);
            } else {
                let next = if time_map.is_straight() {
                    let (line, deviations) = if self.weighted {
                        let observed = measured.iter().zip(&exact).filter(|(_, point)| near(point));
                        let observed: Vec<_> = observed.map(|(one, _)| one).collect();
                        line_fit::as_one(&observed, &correlator, &time_map, &on, THRESHOLDS.max_deviation_frames)
                    } else {
                        line_fit::one_by_one(&on)
                    };
                    (delay_sd, drift_sd) = deviations;
                    TimeMap::from(line)
                } else {
                    let next = breakpoints::settle(&time_map, &on, self.len as f64 / 2.0)?;
                    (delay_sd, drift_sd) = deviations(&next, &on);
                    next
                };
                moved = self.apart(&time_map, &next);
                time_map = next;
            }
            last = Some((measured, pooled, exact, on, delay_sd, drift_sd));
            if few || (round > 0 && moved < THRESHOLDS.min_change_frames) {
                break;
            }
        }
        let (measured, pooled, exact, on, delay_sd, drift_sd) = last?;
        Some(TrackedDelay { correlator, time_map, measured, pooled, exact, on, delay_sd, drift_sd, wander: 0.0 })
    }

    /// Sums up the segments of a time map; those of the direct path, where another is a reflection.
    fn concluded(&self, followed: TrackedDelay) -> PairEvidence {
        let refined = conclude(with_wander(self.a, self.b, followed), self.rate());
        let Some(by) = refined.direct else { return refined };
        let time_map = refined.time_map.plus(by, 0.0);
        let direct = self.follow(&self.places(&time_map, THRESHOLDS.max_segments), time_map);
        let direct = direct.map(|followed| conclude(followed, self.rate()));
        match direct {
            Some(direct) if direct.in_room => direct,
            // It is open which of two paths is the direct one.
            _ => PairEvidence { ratio: refined.ratio.min(1.0), ..refined },
        }
    }

    /// Returns the difference between two time maps: where the result counts, and over the length
    /// of the stems.
    fn apart(&self, before: &TimeMap, after: &TimeMap) -> f64 {
        let bends = before.steps().zip(after.steps()).map(|(x, y)| ((x.0 - y.0) * y.1).abs()).sum::<f64>();
        let drift = (after.drift - before.drift).abs() * self.sounding.frames() as f64;
        (after.delay(self.middle) - before.delay(self.middle)).abs() + drift + bends
    }
}

/// Returns the resolution of segments of `len` frames, read in steps of twice `half_step`.
fn grain(half_step: f64, len: usize) -> Resolution {
    Resolution { tolerance: THRESHOLDS.max_deviation_frames, half_step, reach: len as f64 / 2.0 }
}

impl TrackedDelay {
    /// Returns the deviation of segments from the time map, beyond a few times the noise of one of
    /// them. The farthest fifth of those near the time map does not count: it may have measured
    /// something else.
    fn far_off(&self) -> f64 {
        let off = self.exact.iter().map(|(at, delay)| (delay - self.time_map.delay(*at)).abs());
        let mut off: Vec<f64> = off.filter(|off| *off <= THRESHOLDS.max_wander_frames).collect();
        off.sort_by(f64::total_cmp);
        let spread = off.get(off.len() * 4 / 5).map_or(0.0, |off| off / DEVIATIONS_OF_FOUR_FIFTHS);
        let step = TAU / self.correlator.size as f64;
        let adds = |(n, coherence): (usize, &f64)| {
            let omega = (self.correlator.bins.start + n) as f64 * step;
            omega * omega * coherence / (1.0 - coherence)
        };
        // The Cramér-Rao bound of one segment; neighbouring bins share a third of their
        // information.
        let bound = (4.0 / 3.0 * self.pooled.coherence.iter().enumerate().map(adds).sum::<f64>()).sqrt().recip();
        (spread.powi(2) - (THRESHOLDS.min_wander_to_noise * bound).powi(2)).max(0.0).sqrt()
    }

    /// Returns true if all segments are on a line, and their deviations follow no pattern.
    fn needs_no_breakpoint(&self) -> bool {
        let grain = grain(0.0, self.correlator.hann_len());
        self.on.len() == self.exact.len()
            && breakpoints::bent(LinearDelay::first_of(&self.time_map), &self.exact, &grain).is_straight()
    }

    /// Returns true if a further search may be worth its time.
    fn promises(&self, rate: f64) -> bool {
        peak_quality(&self.correlator, &self.pooled, rate).z >= DECIDE.max_unrelated_peak_to_rms
    }

    /// Returns true if there is no evidence of a filter over one of the stems. A filter delays the
    /// low bins, which have the weight here, by more than the others.
    fn halves_agree(&self) -> bool {
        GroupDelayCheck::of(&self.measured, &self.correlator, &self.time_map).is_some_and(GroupDelayCheck::agree)
    }

    fn agree_less_than(&self, share: f64) -> bool {
        (self.on.len() as f64) < share * self.exact.len() as f64
    }

    /// Returns true if no smaller a share of the segments agrees.
    fn beats(&self, other: &Self) -> bool {
        self.on.len() * other.exact.len() >= other.on.len() * self.exact.len()
    }
}
