//! A first look at two stems: candidates from the whole of both, and windows that confirm one of
//! them.

use super::joint_activity::Sounding;
use super::periodicity::{self, Overlap};
use super::segment_vote::{self, Found, Search};
use crate::align::comparison::{CANDIDATES, Comparison, ENVELOPE_DRIFT, LOBE_S};
use crate::align::correlate::peak;
use crate::align::decide::accept::Verdict;
use crate::align::features::prepared::Prepared;

/// A peak of the whole correlation is worth asking windows from here: z, and z in multiples of what
/// chance reaches.
const LEAST_Z: (f64, f64) = (7.0, 1.5);
/// From this z on, two stems have something in common, wherever it lies: unrelated ones of one song
/// reach 12.
const SHARING_Z: f64 = 16.0;
/// From this z on, short windows will do.
const STRONG_Z: f64 = 40.0;
/// The z that a window is made long enough to expect, if noise averages out as it should.
const WINDOW_Z: f64 = 20.0;
/// The share of windows that must agree before the exact offset is worth finding, and the decimal
/// logarithm of the chance allowed.
const LEAST_SHARE: f64 = 0.5;
const MOST_LOG_CHANCE: f64 = -4.0;

/// A rough answer that windows confirm.
#[derive(Clone, Debug)]
pub(crate) struct Rough {
    pub(crate) found: Found,
    pub(crate) search: Search,
    pub(crate) strong: bool,
}

/// What a first look shows.
pub(crate) enum Look {
    /// An offset that windows confirm.
    Rough(Rough),
    /// One of the two is played round and round: whatever offset fits, another does.
    Repeats(Verdict),
    /// They have something in common, but windows do not confirm where.
    Unplaced(Verdict),
}

impl Comparison<'_> {
    /// After how many session frames a stem that is played round and round is the same again; none
    /// for one that is not.
    fn period(&self, index: usize) -> Option<i64> {
        let period = || periodicity::period(self.correlator.as_ref()?, self.prepared[index].as_ref()?, LOBE_S);
        *self.periods[index].get_or_init(period)
    }

    /// How far from an offset a pair fits as well, in session frames, because one of the two is the
    /// same again there.
    pub(crate) fn also(&self, a: usize, b: usize, late: f64) -> Option<i64> {
        let overlap = Overlap::new(self.prepared[a].as_ref()?, self.prepared[b].as_ref()?);
        let ways = [a, b].into_iter().filter_map(|stem| self.period(stem)).flat_map(|period| [-period, period]);
        let share = |by: i64| Some((overlap.share(late + by as f64, late)?, by));
        ways.filter_map(share).max_by(|x, y| x.0.total_cmp(&y.0)).map(|(_, by)| by)
    }

    /// A first look at a pair; none when there is nothing to see.
    pub(crate) fn look(&self, a: usize, b: usize) -> Option<Look> {
        let peak = self.peak(a, b);
        let also = |(places, _): &(Vec<i64>, f64)| {
            let (first, second) = (self.prepared[a].as_ref()?, self.prepared[b].as_ref()?);
            // Windows would know which offset the peak stands for; where each fits twice, they need
            // not be asked.
            let possible = places.iter().filter(|late| segment_vote::can_tell(first.stem, second.stem, **late));
            possible.map(|late| self.also(a, b, *late as f64)).collect::<Option<Vec<i64>>>()?.first().copied()
        };
        if let Some(also) = peak.as_ref().and_then(also) {
            return Some(Look::Repeats(self.repeats(also as f64)));
        }
        let shares = peak.as_ref().is_some_and(|(_, z)| *z >= SHARING_Z);
        self.rough_at(a, b, peak).map(Look::Rough).or_else(|| shares.then(|| Look::Unplaced(unplaced())))
    }

    pub(crate) fn repeats(&self, also: f64) -> Verdict {
        let side = if also > 0.0 { "later" } else { "earlier" };
        let seconds = also.abs() / self.rate.as_f64();
        let text = format!("ambiguous: it repeats itself; the same offset also fits {seconds:.3} s {side}");
        Verdict::Doubtful(text, Vec::new())
    }

    /// The rough offset of stem `b` against stem `a`, where windows confirm one.
    #[cfg(test)]
    pub(crate) fn rough(&self, a: usize, b: usize) -> Option<Rough> {
        self.rough_at(a, b, self.peak(a, b))
    }

    fn rough_at(&self, a: usize, b: usize, peak: Option<(Vec<i64>, f64)>) -> Option<Rough> {
        let (first, second) = (self.prepared[a].as_ref()?, self.prepared[b].as_ref()?);
        peak.and_then(|(places, z)| self.confirmed(a, b, places, z)).or_else(|| {
            let candidates = first.envelope.candidates(&second.envelope, self.max_lag, CANDIDATES);
            let rough = candidates.into_iter().filter_map(|candidate| {
                let search = self.envelope_search(first, second, candidate.late);
                let found = segment_vote::ask(first, second, candidate.late, search)?;
                worth_it(&found).then_some(Rough { found, search, strong: true })
            });
            most_agreed(rough)
        })
    }

    /// Where the highest peak of the correlation of everything is, if windows confirm it.
    fn confirmed(&self, a: usize, b: usize, places: Vec<i64>, z: f64) -> Option<Rough> {
        let (first, second) = (self.prepared[a].as_ref()?, self.prepared[b].as_ref()?);
        let rough = places.into_iter().filter_map(|late| {
            let common_s = self.rate.seconds(Sounding::of(first, second, late as f64).frames() as u64);
            let window_s = (common_s * (WINDOW_Z / z).powi(2)).clamp(1.0, (common_s / 9.0).max(1.0));
            let search = Search { window_s, reach_s: 0.02, drifts: true };
            let found = segment_vote::ask(first, second, late, search)?;
            worth_it(&found).then_some(Rough { found, search, strong: z >= STRONG_Z })
        });
        most_agreed(rough)
    }

    /// The offsets that the highest peak may stand for, in session frames, and its z; none when it
    /// does not stand out.
    fn peak(&self, a: usize, b: usize) -> Option<(Vec<i64>, f64)> {
        let correlator = self.correlator.as_ref()?;
        let factor = self.factor;
        let lobe = (self.rate.frames(LOBE_S) as usize).div_ceil(factor);
        let (lags, z, floor) = if let Some((a, b)) = self.half_phases[a].as_ref().zip(self.half_phases[b].as_ref()) {
            // Half the work for two offsets instead of one, of which windows know the right one.
            // The noise of both lies in it.
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
        let places = lags.into_iter().map(|lag| lag * factor as i64).filter(|late| late.abs() <= most).collect();
        (z >= LEAST_Z.0.max(LEAST_Z.1 * floor)).then_some((places, z))
    }

    fn envelope_search(&self, a: &Prepared<'_>, b: &Prepared<'_>, late: i64) -> Search {
        let common_s = self.rate.seconds(segment_vote::common(a.stem, b.stem, late as f64).len() as u64);
        let reach_s = 0.05 + ENVELOPE_DRIFT * common_s / 2.0;
        Search { window_s: (2.0 * reach_s).max(1.0), reach_s, drifts: true }
    }
}

fn unplaced() -> Verdict {
    let text = "unsure: it shares something with another stem, but too few parts of both say where";
    Verdict::Doubtful(text.into(), Vec::new())
}

/// The one that most windows confirm; of equals, the one that chance would confirm least.
fn most_agreed(all: impl Iterator<Item = Rough>) -> Option<Rough> {
    all.max_by(|x, y| x.found.agreeing.cmp(&y.found.agreeing).then(y.found.log_chance.total_cmp(&x.found.log_chance)))
}

/// Whether enough windows agree for the exact offset to be worth finding.
pub(crate) fn worth_it(found: &Found) -> bool {
    found.agreeing >= segment_vote::FEWEST.min(found.windows)
        && found.agreeing as f64 >= LEAST_SHARE * found.windows as f64
        && found.log_chance <= MOST_LOG_CHANCE
}
