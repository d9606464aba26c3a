//! Compares two stems: candidates from the whole of both, windows that confirm one of them, the exact offset, other offsets that
//! fit as well.

use super::AlignSettings;
use super::correlation::{Correlator, Spectrum};
use super::decimate::Decimator;
use super::decision::{self, Verdict};
use super::envelope::Envelope;
use super::features::StemFeatures;
use super::peak;
use super::refine::{self, Refined};
use super::windows::{self, Found, Prepared, Search};
use crate::units::SampleRate;
use realfft::num_complex::Complex;
use std::sync::OnceLock;

/// Decimated frames of all stems together that are held in memory and correlated as a whole; beyond that, envelopes and windows must do.
const MOST_DECIMATED: usize = 24 << 20;
/// Decimated frames of one stem that are transformed at once.
const MOST_AT_ONCE: usize = 5 << 20;
/// A peak of the whole correlation is worth asking windows from here: z, and z in multiples of what chance reaches.
const LEAST_Z: (f64, f64) = (7.0, 1.5);
/// From this z on, short windows will do.
const STRONG_Z: f64 = 40.0;
/// The z that a window is made long enough to expect, if noise averages out as it should.
const WINDOW_Z: f64 = 20.0;
/// Session frames of all stems together whose envelopes are transformed once and kept: a quarter of an hour of sixteen stems, 115 MB.
const MOST_ENVELOPED: usize = 16 * 3_600 * 48_000 / 4;
/// Half the width of a peak, in seconds.
const LOBE_S: f64 = 0.001;
/// Envelope candidates that are looked at.
const CANDIDATES: usize = 5;
/// The most that envelope candidates allow clocks to differ: the reach of the windows at the ends of the stems.
const ENVELOPE_DRIFT: f64 = 600e-6;
/// The share of windows that must agree before the exact offset is worth finding, and the decimal logarithm of the chance allowed.
const LEAST_SHARE: f64 = 0.5;
const MOST_LOG_CHANCE: f64 = -4.0;
/// Another offset is asked when the correlation there is at least so high, and fits when so many windows agree there, both as
/// shares of the first.
const ALSO_HIGH: f64 = 0.7;
const ALSO_FITS: f64 = 0.7;
/// … and when the windows see peaks there of at least this share of the height. Notes that return, played again, reach a third.
const ALSO_PEAKS: f64 = 0.7;
/// Of stems whose bins are this coherent at one offset, so that no noise hides anything, another fits only when they are nearly as coherent
/// there: this share.
const CLEAR: f64 = 0.9;
const ALSO_COHERENT: f64 = 0.85;
/// Peaks of windows this near to each other, as a share, need no such look: what is pasted is the same.
const ALSO_AS_HIGH: f64 = 0.97;

/// All stems of a comparison, made ready.
pub(super) struct Comparison<'a> {
    prepared: Vec<Option<Prepared<'a>>>,
    /// What a rough look at a pair takes, where the correlator can; and the whole, once it is asked for.
    half_spectra: Vec<Option<Vec<Complex<f32>>>>,
    spectra: Vec<OnceLock<Spectrum>>,
    correlator: Option<Correlator>,
    decimator: Decimator,
    max_lag: usize,
    /// The longest stem whose envelope is transformed once for all its pairs; `None` where that would take too much memory.
    enveloped: Option<usize>,
    rate: SampleRate,
    settings: &'a AlignSettings,
}

/// A rough answer that windows confirm.
#[derive(Clone, Debug)]
pub(super) struct Rough {
    pub(super) found: Found,
    search: Search,
    strong: bool,
}

impl<'a> Comparison<'a> {
    /// Sizes for the stems that `fit` names, none of which is prepared yet.
    pub(super) fn new(stems: &[&StemFeatures], fit: &[usize], max_lag: usize, settings: &'a AlignSettings) -> Self {
        let rate = stems.first().map_or_else(super::any_rate, |stem| stem.rate());
        let decimator = Decimator::new(rate.as_f64());
        let kept = fit.iter().map(|n| stems[*n].kept()).max().unwrap_or(0);
        let decimated = |n: &usize| stems[*n].kept().div_ceil(decimator.factor());
        let longest = fit.iter().map(decimated).max().unwrap_or(0);
        let whole = longest <= MOST_AT_ONCE && fit.iter().map(decimated).sum::<usize>() <= MOST_DECIMATED;
        let correlator = (whole && longest > 0).then(|| {
            Correlator::new(
                longest,
                max_lag.div_ceil(decimator.factor()).min(longest),
                rate.as_f64() / decimator.factor() as f64,
            )
        });
        Self {
            prepared: stems.iter().map(|_| None).collect(),
            half_spectra: stems.iter().map(|_| None).collect(),
            spectra: stems.iter().map(|_| OnceLock::new()).collect(),
            correlator,
            decimator,
            max_lag,
            enveloped: (kept * fit.len() <= MOST_ENVELOPED).then_some(kept),
            rate,
            settings,
        }
    }

    /// What is kept of one stem.
    pub(super) fn prepare(&self, stem: &'a StemFeatures) -> (Prepared<'a>, Option<Vec<Complex<f32>>>) {
        let count = stem.kept().div_ceil(self.decimator.factor());
        let decimated = self.correlator.as_ref().map(|_| self.decimator.read(stem, 0, count));
        let both = self.correlator.as_ref().zip(decimated.as_ref());
        let half_spectrum = both.and_then(|(correlator, samples)| correlator.half_spectrum(samples, scale(stem)));
        let mut envelope = Envelope::new(stem);
        if let Some(longest) = self.enveloped {
            envelope.keep_spectra(longest, self.max_lag);
        }
        (Prepared { stem, envelope, decimated }, half_spectrum)
    }

    /// Keeps what [`Comparison::prepare`] made.
    pub(super) fn keep(&mut self, index: usize, prepared: (Prepared<'a>, Option<Vec<Complex<f32>>>)) {
        self.prepared[index] = Some(prepared.0);
        self.half_spectra[index] = prepared.1;
    }

    /// The whole spectrum of a stem: most stems never need one.
    fn spectrum(&self, index: usize) -> Option<&Spectrum> {
        let (correlator, prepared) = self.correlator.as_ref().zip(self.prepared[index].as_ref())?;
        let samples = prepared.decimated.as_ref()?;
        Some(self.spectra[index].get_or_init(|| correlator.spectrum(samples, scale(prepared.stem))))
    }

    /// The rough offset of stem `b` against stem `a`, where windows confirm one.
    pub(super) fn rough(&self, a: usize, b: usize) -> Option<Rough> {
        let (first, second) = (self.prepared[a].as_ref()?, self.prepared[b].as_ref()?);
        self.whole(a, b).or_else(|| {
            let candidates = first.envelope.candidates(&second.envelope, self.max_lag, CANDIDATES);
            let rough = candidates.into_iter().filter_map(|candidate| {
                let search = self.envelope_search(first, second, candidate.late);
                let found = windows::ask(first, second, &self.decimator, candidate.late, search)?;
                worth_it(&found).then_some(Rough { found, search, strong: true })
            });
            most_agreed(rough)
        })
    }

    /// Where the highest peak of the correlation of everything is, if windows confirm it.
    fn whole(&self, a: usize, b: usize) -> Option<Rough> {
        let (first, second) = (self.prepared[a].as_ref()?, self.prepared[b].as_ref()?);
        let (places, z) = self.peak(a, b)?;
        let rough = places.into_iter().filter_map(|late| {
            let common_s = self.rate.seconds(windows::common(first.stem, second.stem, late as f64).len() as u64);
            let window_s = (common_s * (WINDOW_Z / z).powi(2)).clamp(1.0, (common_s / 9.0).max(1.0));
            let search = Search { window_s, reach_s: 0.02, drifts: true };
            let found = windows::ask(first, second, &self.decimator, late, search)?;
            worth_it(&found).then_some(Rough { found, search, strong: z >= STRONG_Z })
        });
        most_agreed(rough)
    }

    /// The offsets that the highest peak may stand for, in session frames, and its z; none when it does not stand out.
    fn peak(&self, a: usize, b: usize) -> Option<(Vec<i64>, f64)> {
        let correlator = self.correlator.as_ref()?;
        let factor = self.decimator.factor();
        let lobe = (self.rate.frames(LOBE_S) as usize).div_ceil(factor);
        let (lags, z, floor) = if let Some((a, b)) = self.half_spectra[a].as_ref().zip(self.half_spectra[b].as_ref()) {
            // Half the work for two offsets instead of one, of which windows know the right one. The noise of both lies in it.
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
        let common_s = self.rate.seconds(windows::common(a.stem, b.stem, late as f64).len() as u64);
        let reach_s = 0.05 + ENVELOPE_DRIFT * common_s / 2.0;
        Search { window_s: (2.0 * reach_s).max(1.0), reach_s, drifts: true }
    }

    /// The exact answer for a pair whose rough one is known.
    pub(super) fn exact(&self, a: usize, b: usize, rough: &Rough) -> Verdict {
        match self.only_fit(a, b, rough) {
            None => Verdict::Doubtful("too_short: the common part is too short".into(), Vec::new()),
            Some(Ok(refined)) => decision::judge(refined, self.settings.assume_related),
            Some(Err(also_s)) => {
                let side = if also_s > 0.0 { "later" } else { "earlier" };
                let also_s = also_s.abs();
                let text = format!("ambiguous: it repeats itself; the same offset also fits {also_s:.3} s {side}");
                Verdict::Doubtful(text, Vec::new())
            }
        }
    }

    /// The exact course with its confidence, whatever is decided: for calibration.
    #[cfg(test)]
    pub(super) fn evidence(&self, a: usize, b: usize, rough: &Rough) -> Option<(f64, super::course::Course)> {
        let (first, second) = (self.prepared[a].as_ref()?, self.prepared[b].as_ref()?);
        let refined = refine::refine(first, second, &rough.found.course, rough.strong)?;
        Some((decision::confidence(&refined), refined.course))
    }

    /// The one offset that fits, exactly; or, where another fits as well, how far that is, in seconds. None when the common part is too
    /// short.
    fn only_fit(&self, a: usize, b: usize, rough: &Rough) -> Option<Result<Refined, f64>> {
        let (first, second) = (self.prepared[a].as_ref()?, self.prepared[b].as_ref()?);
        let middle = first.stem.kept() as f64 / 2.0;
        let apart = |one: &Rough, other: &Rough| other.found.course.late(middle) - one.found.course.late(middle);
        let lobe = self.rate.frames(LOBE_S) as f64;
        let coherence = |rough: &Rough| refine::coherence(first, second, &rough.found.course).unwrap_or(0.0);
        // What a stem that is played again has in common with itself is gone at the full rate; what is pasted or sequenced stays.
        let mut best = (rough.clone(), None);
        for place in self.other_places(a, b, rough) {
            let Some(other) = self.also_fits(first, second, rough, place) else { continue };
            let away = apart(&best.0, &other);
            if away.abs() <= lobe {
                continue;
            }
            let heights = other.found.height / best.0.found.height;
            if (ALSO_AS_HIGH..=ALSO_AS_HIGH.recip()).contains(&heights) {
                return Some(Err(away / self.rate.as_f64()));
            }
            let own = best.1.unwrap_or_else(|| coherence(&best.0));
            let also = coherence(&other);
            if own.max(also) < CLEAR || own.min(also) >= ALSO_COHERENT * own.max(also) {
                return Some(Err(away / self.rate.as_f64()));
            }
            best = if also > own { (other, Some(also)) } else { (best.0, Some(own)) };
        }
        refine::refine(first, second, &best.0.found.course, best.0.strong).map(Ok)
    }

    /// Offsets that may fit as well, in session frames.
    fn other_places(&self, a: usize, b: usize, rough: &Rough) -> Vec<i64> {
        let (Some(first), Some(second)) = (&self.prepared[a], &self.prepared[b]) else { return Vec::new() };
        let middle = first.stem.kept() as f64 / 2.0;
        let late = rough.found.course.late(middle);
        let mut others: Vec<i64> = Vec::new();
        let spectra = self.spectrum(a).zip(self.spectrum(b));
        if let Some((correlator, (a, b))) = self.correlator.as_ref().zip(spectra) {
            let levelled = correlator.lend(|scratch| correlator.levelled(a, b, scratch));
            others.extend(self.high_places(&levelled, first, second, late));
        }
        let candidates = first.envelope.candidates(&second.envelope, self.max_lag, CANDIDATES);
        let own_reach = first.envelope.hop() as f64 * 4.0 + ENVELOPE_DRIFT * middle;
        others.extend(candidates.iter().map(|c| c.late).filter(|other| (*other as f64 - late).abs() > own_reach));
        others
    }

    /// What windows find at another offset, where they agree nearly as well as on the first.
    fn also_fits(&self, a: &Prepared<'_>, b: &Prepared<'_>, rough: &Rough, place: i64) -> Option<Rough> {
        let found = windows::ask(a, b, &self.decimator, place, rough.search)?;
        let share = |found: &Found| found.agreeing as f64 / found.windows as f64;
        let fits = worth_it(&found)
            && share(&found) >= ALSO_FITS * share(&rough.found)
            && found.height >= ALSO_PEAKS * rough.found.height;
        fits.then_some(Rough { found, ..rough.clone() })
    }

    /// Lags, in session frames, at which a levelled correlation is nearly as high as at `late`, once the overlap is allowed for.
    fn high_places(&self, levelled: &[f32], a: &Prepared<'_>, b: &Prepared<'_>, late: f64) -> Vec<i64> {
        let factor = self.decimator.factor() as f64;
        let (first, second) = (a.envelope.running_power(), b.envelope.running_power());
        let middle = (levelled.len() / 2) as i64;
        let hop = a.envelope.hop() as f64 / factor;
        // The energies of both stems where they overlap.
        let overlap = |lag: i64| {
            let shift = (lag as f64 / hop).round() as i64;
            let (n, m) = (first.len() as i64 - 1, second.len() as i64 - 1);
            let start = (-shift).clamp(0, n);
            let end = (m - shift).clamp(start, n);
            let energy = |sums: &[f64], from: i64, to: i64| sums[to as usize] - sums[from as usize];
            let other = ((start + shift).clamp(0, m), (end + shift).clamp(0, m));
            (energy(first, start, end) * energy(second, other.0, other.1)).max(0.0).sqrt()
        };
        let own = (late / factor).round() as i64;
        let at = |lag: i64| usize::try_from(lag + middle).ok().and_then(|n| levelled.get(n)).map_or(0.0, |x| x.abs());
        let lobe = ((LOBE_S * self.rate.as_f64() / factor) as i64).max(2);
        let height = (own - lobe..=own + lobe).map(at).fold(0.0_f32, f32::max);
        let (whole, least) = (overlap(own), 0.2);
        if whole <= 0.0 || height <= 0.0 {
            return Vec::new();
        }
        let mut found: Vec<(f64, i64)> = Vec::new();
        for n in 1..levelled.len().saturating_sub(1) {
            let (lag, x) = (n as i64 - middle, levelled[n].abs());
            // Most lags are too low whatever their overlap.
            if f64::from(x) < ALSO_HIGH * least * f64::from(height) || (lag - own).abs() <= lobe {
                continue;
            }
            if x < levelled[n - 1].abs() || x < levelled[n + 1].abs() {
                continue;
            }
            let share = overlap(lag) / whole;
            let relative = f64::from(x / height) / share.max(least);
            if share >= least && relative >= ALSO_HIGH {
                found.push((relative, lag));
            }
        }
        found.sort_by(|x, y| y.0.total_cmp(&x.0).then(x.1.cmp(&y.1)));
        found.into_iter().take(CANDIDATES).map(|(_, lag)| (lag as f64 * factor) as i64).collect()
    }
}

/// Brings the peak of a stem to 1.
fn scale(stem: &StemFeatures) -> f32 {
    1.0 / stem.peak().max(f32::MIN_POSITIVE)
}

/// The one that most windows confirm; of equals, the one that chance would confirm least.
fn most_agreed(all: impl Iterator<Item = Rough>) -> Option<Rough> {
    all.max_by(|x, y| x.found.agreeing.cmp(&y.found.agreeing).then(y.found.log_chance.total_cmp(&x.found.log_chance)))
}

fn worth_it(found: &Found) -> bool {
    found.agreeing >= windows::FEWEST.min(found.windows)
        && found.agreeing as f64 >= LEAST_SHARE * found.windows as f64
        && found.log_chance <= MOST_LOG_CHANCE
}
