//! Coarse search over two stems: candidates from the whole of both, and segments that confirm one
//! of them.

use super::candidate::CoarseOffset;
use super::candidate::is_worth_refining;
use super::joint_activity::Sounding;
use super::joint_activity::common;
use super::periodicity::{self, Overlap};
use super::segment_vote::{self, SegmentSearch};
use super::thresholds::THRESHOLDS;
use crate::align::comparison::Comparison;
use crate::align::correlate::peak;
use crate::align::correlate::thresholds::THRESHOLDS as CORRELATE;
use crate::align::decide::accept::Verdict;
use crate::align::features::prepared::PreparedStem;

/// Result of the coarse search.
pub(crate) enum CoarseOutcome {
    /// A delay that segments confirm.
    Offset(CoarseOffset),
    /// One of the two stems repeats itself, so that the delay is ambiguous.
    Repeats(Verdict),
    /// The stems share something, but segments do not confirm where.
    Unplaced(Verdict),
}

impl Comparison<'_> {
    /// Returns the period of a stem that repeats itself, in session frames. `None` if it does not.
    fn period(&self, index: usize) -> Option<i64> {
        let period =
            || periodicity::period(self.correlator.as_ref()?, self.prepared[index].as_ref()?, CORRELATE.lobe_s);
        *self.periods[index].get_or_init(period)
    }

    /// Returns the distance to another delay at which a pair fits as well, in session frames,
    /// because one of the two stems repeats itself.
    pub(crate) fn also(&self, a: usize, b: usize, delay: f64) -> Option<i64> {
        let overlap = Overlap::new(self.prepared[a].as_ref()?, self.prepared[b].as_ref()?);
        let ways = [a, b].into_iter().filter_map(|stem| self.period(stem)).flat_map(|period| [-period, period]);
        let share = |by: i64| Some((overlap.share(delay + by as f64, delay)?, by));
        ways.filter_map(share).max_by(|x, y| x.0.total_cmp(&y.0)).map(|(_, by)| by)
    }

    /// Searches a pair coarsely. `None` if nothing is found.
    pub(crate) fn coarse_search(&self, a: usize, b: usize) -> Option<CoarseOutcome> {
        let peak = self.peak(a, b);
        let also = |(places, _): &(Vec<i64>, f64)| {
            let (first, second) = (self.prepared[a].as_ref()?, self.prepared[b].as_ref()?);
            // Segments would find out which delay the peak stands for. Where each fits twice, they
            // are not needed.
            let possible =
                places.iter().filter(|delay| segment_vote::can_discriminate(first.stem, second.stem, **delay));
            possible.map(|delay| self.also(a, b, *delay as f64)).collect::<Option<Vec<i64>>>()?.first().copied()
        };
        if let Some(also) = peak.as_ref().and_then(also) {
            return Some(CoarseOutcome::Repeats(self.repeats(also as f64)));
        }
        let shares = peak.as_ref().is_some_and(|(_, z)| *z >= THRESHOLDS.min_sharing_peak_to_rms);
        self.coarse_at(a, b, peak)
            .map(CoarseOutcome::Offset)
            .or_else(|| shares.then(|| CoarseOutcome::Unplaced(unplaced())))
    }

    pub(crate) fn repeats(&self, also: f64) -> Verdict {
        let side = if also > 0.0 { "later" } else { "earlier" };
        let seconds = also.abs() / self.rate.as_f64();
        let text = format!("ambiguous: it repeats itself; the same offset also fits {seconds:.3} s {side}");
        Verdict::Doubtful(text, Vec::new())
    }

    /// Returns the coarse delay of stem `b` against stem `a`, if segments confirm one.
    #[cfg(test)]
    pub(crate) fn coarse(&self, a: usize, b: usize) -> Option<CoarseOffset> {
        self.coarse_at(a, b, self.peak(a, b))
    }

    fn coarse_at(&self, a: usize, b: usize, peak: Option<(Vec<i64>, f64)>) -> Option<CoarseOffset> {
        let (first, second) = (self.prepared[a].as_ref()?, self.prepared[b].as_ref()?);
        peak.and_then(|(places, z)| self.confirmed(a, b, places, z)).or_else(|| {
            let candidates = first.envelope.candidates(&second.envelope, self.max_lag, THRESHOLDS.max_candidates);
            let coarse = candidates.into_iter().filter_map(|candidate| {
                let search = self.envelope_search(first, second, candidate.delay);
                let found = segment_vote::vote(first, second, candidate.delay, search)?;
                is_worth_refining(&found).then_some(CoarseOffset { found, search, strong: true })
            });
            most_agreed(coarse)
        })
    }

    /// Returns the delay at the highest peak of the whole correlation, if segments confirm it.
    fn confirmed(&self, a: usize, b: usize, places: Vec<i64>, z: f64) -> Option<CoarseOffset> {
        let (first, second) = (self.prepared[a].as_ref()?, self.prepared[b].as_ref()?);
        let coarse = places.into_iter().filter_map(|delay| {
            let common_s = self.rate.seconds(Sounding::of(first, second, delay as f64).frames() as u64);
            let segment_s =
                (common_s * (THRESHOLDS.segment_peak_to_rms / z).powi(2)).clamp(1.0, (common_s / 9.0).max(1.0));
            let search = SegmentSearch { segment_s, reach_s: THRESHOLDS.segment_reach_s, drifts: true };
            let found = segment_vote::vote(first, second, delay, search)?;
            is_worth_refining(&found).then_some(CoarseOffset {
                found,
                search,
                strong: z >= THRESHOLDS.min_strong_peak_to_rms,
            })
        });
        most_agreed(coarse)
    }

    /// Returns the delays that the highest peak may stand for, in session frames, and its z. `None`
    /// if it does not stand out.
    fn peak(&self, a: usize, b: usize) -> Option<(Vec<i64>, f64)> {
        let correlator = self.correlator.as_ref()?;
        let factor = self.factor;
        let lobe = (self.rate.frames(CORRELATE.lobe_s) as usize).div_ceil(factor);
        let (lags, z, floor) = if let Some((a, b)) = self.half_phases[a].as_ref().zip(self.half_phases[b].as_ref()) {
            // Half the work for two delays instead of one; segments find out which is right. The
            // noise of both lies in it.
            let (peak, lags) = correlator.lend(|scratch| {
                let folded = correlator.folded(a, b, scratch);
                Some((peak::find(folded, lobe)?, folded.len() as i64))
            })?;
            let lag = peak.lag + lags / 2;
            (vec![lag, lag - lags], peak.z * std::f64::consts::SQRT_2, peak.floor)
        } else {
            let (a, b) = (self.spectrum(a)?, self.spectrum(b)?);
            let peak = correlator.lend(|scratch| peak::find(&correlator.correlate(a, b, scratch), lobe))?;
            (vec![peak.lag], peak.z, peak.floor)
        };
        let most = self.max_lag as i64;
        let places = lags.into_iter().map(|lag| lag * factor as i64).filter(|delay| delay.abs() <= most).collect();
        (z >= THRESHOLDS.min_peak_to_rms.max(THRESHOLDS.min_peak_to_chance * floor)).then_some((places, z))
    }

    fn envelope_search(&self, a: &PreparedStem<'_>, b: &PreparedStem<'_>, delay: i64) -> SegmentSearch {
        let common_s = self.rate.seconds(common(a.stem, b.stem, delay as f64).len() as u64);
        let reach_s = 0.05 + THRESHOLDS.max_envelope_drift_share * common_s / 2.0;
        SegmentSearch { segment_s: (2.0 * reach_s).max(1.0), reach_s, drifts: true }
    }
}

fn unplaced() -> Verdict {
    let text = "unsure: it shares something with another stem, but too few parts of both agree where";
    Verdict::Doubtful(text.into(), Vec::new())
}

/// Returns the delay that most segments confirm; of equals, the one that chance would confirm
/// least.
fn most_agreed(all: impl Iterator<Item = CoarseOffset>) -> Option<CoarseOffset> {
    all.max_by(|x, y| x.found.agreeing.cmp(&y.found.agreeing).then(y.found.log_chance.total_cmp(&x.found.log_chance)))
}
