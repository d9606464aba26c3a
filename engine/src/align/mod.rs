//! Which stems are late against which, by how much and how sure: only stems that share a source are ever moved.

mod correlation;
mod decision;
mod features;
mod peak;
#[cfg(test)]
mod tests;
mod windows;

pub use features::StemFeatures;

use crate::units::SampleRate;
use correlation::{Correlator, Spectrum};
use decision::Verdict;
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The largest offset that may be asked for, in seconds.
pub const MAX_OFFSET_S: (f64, f64) = (0.0, 30.0);
/// Pairs compared between two questions whether to stop.
const PAIRS_AT_ONCE: usize = 16;
/// The least that must be kept of a stem for it to be compared, in seconds.
const SHORTEST_S: f64 = 1.25;
/// Stems that stay below this peak (−120 dBFS) are silent.
const SILENT: f32 = 1e-6;
/// Half the width of a peak, in seconds: reflections this close belong to it.
const LOBE_S: f64 = 0.001;

/// What to look for.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AlignSettings {
    /// The largest offset between two stems that is looked for, in seconds, either way. What is out of the range is
    /// taken to its nearest end.
    #[schemars(range(min = MAX_OFFSET_S.0, max = MAX_OFFSET_S.1))]
    pub max_offset_s: f64,
}

impl Default for AlignSettings {
    fn default() -> Self {
        Self { max_offset_s: 2.0 }
    }
}

/// What to do with a stem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Shift it earlier by `late_samples` (later, when that is negative).
    Moved,
    /// Leave it where it is.
    Left,
}

/// The answer for one stem.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StemAlignment {
    /// Whether to move it.
    pub decision: Decision,
    /// The stem that it is compared with: the reference of its group. None when it shares its source with no other.
    pub reference: Option<usize>,
    /// Frames at the session rate by which its events come after the reference's; negative when they come before.
    /// None when nothing is known.
    pub late_samples: Option<i64>,
    /// −1 when it is inverted against the reference; moving does not change that.
    pub polarity: i8,
    /// How sure `late_samples` is, 0 to 1: the least of 1 − noise floor ÷ peak, 1 − second ÷ first peak, and the share of windows that agree,
    /// over all pairs that its offset rests on. 0 when nothing is known.
    pub confidence: f64,
    /// Why, starting with one word for the cause where it was left unsure: `unrelated`, `ambiguous`, `too_short`, `silent`, `drift`, `stopped`.
    pub reason: String,
}

impl StemAlignment {
    fn left(reason: impl Into<String>) -> Self {
        Self {
            decision: Decision::Left,
            reference: None,
            late_samples: None,
            polarity: 1,
            confidence: 0.0,
            reason: reason.into(),
        }
    }
}

/// The answer for a session.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Alignment {
    /// The reference of the largest group of stems that share a source (of equals, the first). None when no two do.
    pub reference: Option<usize>,
    /// One answer a stem, in the order given.
    pub stems: Vec<StemAlignment>,
}

impl Alignment {
    /// The frames by which each stem is to begin later than the session says; negative for a stem that is late.
    pub fn moves(&self) -> Vec<i64> {
        let by = |stem: &StemAlignment| match stem.decision {
            Decision::Moved => -stem.late_samples.unwrap_or(0),
            Decision::Left => 0,
        };
        self.stems.iter().map(by).collect()
    }

    /// How many stems are to be moved.
    pub fn moved(&self) -> usize {
        self.stems.iter().filter(|stem| stem.decision == Decision::Moved).count()
    }
}

/// Compares every pair of stems and decides which to move. Uses rayon's current pool; the answer does not depend on its size.
///
/// `stop` is asked every few pairs, on the calling thread; when it says true, every stem is left with the reason `stopped`.
pub fn align(stems: &[StemFeatures], rate: SampleRate, settings: &AlignSettings, stop: &dyn Fn() -> bool) -> Alignment {
    // `max` first: what is not a number becomes 0.
    let max_offset_s = settings.max_offset_s.max(MAX_OFFSET_S.0).min(MAX_OFFSET_S.1);
    let longest = stems.iter().map(|stem| stem.mono().len()).max().unwrap_or(0);
    let max_lag = (rate.frames(max_offset_s) as usize).min(longest);
    let unfit: Vec<Option<&str>> = stems.iter().map(|stem| why_unfit(stem, rate)).collect();
    let fit: Vec<usize> = (0..stems.len()).filter(|stem| unfit[*stem].is_none()).collect();
    let pairs: Vec<(usize, usize)> =
        fit.iter().flat_map(|a| fit.iter().filter(move |b| a < b).map(move |b| (*a, *b))).collect();
    let Some(verdicts) = compare(stems, &pairs, longest, max_lag, rate, stop) else {
        return Alignment { reference: None, stems: vec![StemAlignment::left("stopped"); stems.len()] };
    };
    let lengths: Vec<u64> = stems.iter().map(StemFeatures::frames).collect();
    let mut answers = decision::decide(&verdicts, &lengths, max_lag as i64);
    for (answer, reason) in answers.iter_mut().zip(unfit) {
        if let Some(reason) = reason {
            *answer = StemAlignment::left(reason);
        }
    }
    let members = |reference: usize| answers.iter().filter(|answer| answer.reference == Some(reference)).count();
    let reference =
        answers.iter().filter_map(|answer| answer.reference).max_by_key(|n| (members(*n), std::cmp::Reverse(*n)));
    Alignment { reference, stems: answers }
}

fn why_unfit(stem: &StemFeatures, rate: SampleRate) -> Option<&'static str> {
    if stem.rate() != rate {
        Some("unrelated: its features were taken at another rate than the session's")
    } else if stem.mono().len() < rate.frames(SHORTEST_S) as usize {
        Some("too_short: less than 1.25 s")
    } else if stem.peak() < SILENT {
        Some("silent: its mono sum stays below -120 dBFS")
    } else {
        None
    }
}

/// A verdict on every pair; None when told to stop.
fn compare(
    stems: &[StemFeatures],
    pairs: &[(usize, usize)],
    longest: usize,
    max_lag: usize,
    rate: SampleRate,
    stop: &dyn Fn() -> bool,
) -> Option<Vec<(usize, usize, Verdict)>> {
    if pairs.is_empty() {
        return Some(Vec::new());
    }
    let correlator = Correlator::new(longest, max_lag, rate);
    let used: Vec<bool> = (0..stems.len()).map(|n| pairs.iter().any(|(a, b)| *a == n || *b == n)).collect();
    let mut spectra: Vec<Option<(Spectrum, Option<usize>)>> = Vec::with_capacity(stems.len());
    let lobe = rate.frames(LOBE_S) as usize;
    for part in (0..stems.len()).collect::<Vec<_>>().chunks(PAIRS_AT_ONCE) {
        if stop() {
            return None;
        }
        let part = part.par_iter().map(|n| {
            used[*n].then(|| {
                let spectrum = correlator.spectrum(&stems[*n]);
                let period = correlator.period(&spectrum, lobe, &mut correlator.scratch());
                (spectrum, period)
            })
        });
        spectra.extend(part.collect::<Vec<_>>());
    }
    let verdict = |scratch: &mut _, &(a, b): &(usize, usize)| {
        let (Some(first), Some(second)) = (&spectra[a], &spectra[b]) else { return (a, b, Verdict::Unrelated) };
        let correlation = correlator.correlate(&first.0, &second.0, scratch);
        let peak = peak::find(&correlation, lobe.div_ceil(correlator.step())).filter(decision::stands_out);
        let Some(peak) = peak else { return (a, b, Verdict::Unrelated) };
        let late = peak.lag * correlator.step() as i64;
        // A period later or earlier the same fits again, if that is still within the largest offset.
        let period = [first.1, second.1].into_iter().flatten().min();
        let again = period.filter(|period| *period <= max_lag + late.unsigned_abs() as usize);
        let verdict = match again {
            Some(period) => decision::repeating(rate.seconds(period as u64)),
            None => decision::judge(&peak, windows::ask(&stems[a], &stems[b], late, peak.polarity, peak.z)),
        };
        (a, b, verdict)
    };
    let mut verdicts = Vec::with_capacity(pairs.len());
    for part in pairs.chunks(PAIRS_AT_ONCE) {
        if stop() {
            return None;
        }
        let part = part.par_iter().map_init(|| correlator.scratch(), verdict);
        verdicts.extend(part.collect::<Vec<_>>());
    }
    Some(verdicts)
}
