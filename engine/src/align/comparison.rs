//! Comparison of two stems after a coarse search: the fine delay, and other delays that fit as
//! well.

use super::coarse::candidate::{CoarseOffset, is_worth_refining};
use super::coarse::competing_peak::{self, CompetingPeak};
use super::coarse::joint_activity::common;
use super::coarse::periodicity::{Overlap, high_places};
use super::coarse::segment_vote::{self, SegmentVote};
use super::coarse::thresholds::THRESHOLDS as COARSE;
use super::correlate::gcc_phat::{Correlator, StemSpectrum};
use super::correlate::quantised_spectrum::Bin;
use super::correlate::thresholds::THRESHOLDS as CORRELATE;
use super::decide::accept::{self, Verdict};
use super::decide::evidence::PairEvidence;
use super::features::decimate::Decimator;
use super::features::prepared::PreparedStem;
use super::features::stem::StemFeatures;
use super::fine::refine;
use super::fine::thresholds::THRESHOLDS as FINE;
use super::settings::AlignmentSettings;
use super::thresholds::THRESHOLDS;
use super::time_map::thresholds::THRESHOLDS as TIME_MAP;
use crate::units::SampleRate;
use std::sync::OnceLock;

/// Prepared stems of a comparison.
pub(crate) struct Comparison<'a> {
    pub(crate) prepared: Vec<Option<PreparedStem<'a>>>,
    /// Spectra for the coarse search, where the correlator supports it; and the whole spectra, once
    /// needed.
    pub(crate) half_phases: Vec<Option<Vec<Bin>>>,
    spectra: Vec<OnceLock<StemSpectrum>>,
    /// Period of each stem in session frames, once needed.
    pub(crate) periods: Vec<OnceLock<Option<i64>>>,
    pub(crate) correlator: Option<Correlator>,
    /// Session frames in a decimated one.
    pub(crate) factor: usize,
    pub(crate) max_lag: usize,
    /// Longest stem whose envelope is transformed once for all its pairs. `None` where that would
    /// take too much memory.
    enveloped: Option<usize>,
    pub(crate) rate: SampleRate,
    settings: &'a AlignmentSettings,
}

impl<'a> Comparison<'a> {
    /// Computes the sizes for the stems listed in `fit`. No stem is prepared yet.
    pub(crate) fn new(stems: &[&StemFeatures], fit: &[usize], max_lag: usize, settings: &'a AlignmentSettings) -> Self {
        let rate = stems.first().map_or(SampleRate::DEFAULT, |stem| stem.rate());
        let factor = Decimator::new(rate.as_f64()).factor();
        let kept = fit.iter().map(|n| stems[*n].kept()).max().unwrap_or(0);
        let decimated = |n: &usize| stems[*n].kept().div_ceil(factor);
        let longest = fit.iter().map(decimated).max().unwrap_or(0);
        let whole = longest <= THRESHOLDS.max_transform_frames
            && fit.iter().map(decimated).sum::<usize>() <= THRESHOLDS.max_decimated_frames;
        let correlator = (whole && longest > 0)
            .then(|| Correlator::new(longest, max_lag.div_ceil(factor).min(longest), rate.as_f64() / factor as f64));
        Self {
            prepared: stems.iter().map(|_| None).collect(),
            half_phases: stems.iter().map(|_| None).collect(),
            spectra: stems.iter().map(|_| OnceLock::new()).collect(),
            periods: stems.iter().map(|_| OnceLock::new()).collect(),
            correlator,
            factor,
            max_lag,
            enveloped: (kept * fit.len() <= THRESHOLDS.max_enveloped_frames).then_some(kept),
            rate,
            settings,
        }
    }

    /// Prepares one stem.
    pub(crate) fn prepare(&self, stem: &'a StemFeatures) -> (PreparedStem<'a>, Option<Vec<Bin>>) {
        let mut prepared = PreparedStem::new(stem);
        let phases = |correlator: &Correlator| correlator.half_phases(&mut prepared.decimated(), prepared.scale());
        let half_phases = self.correlator.as_ref().and_then(phases);
        if let Some(longest) = self.enveloped {
            prepared.envelope.keep_spectra(longest, self.max_lag);
        }
        (prepared, half_phases)
    }

    /// Keeps the result of [`Comparison::prepare`].
    pub(crate) fn keep(&mut self, index: usize, prepared: (PreparedStem<'a>, Option<Vec<Bin>>)) {
        self.prepared[index] = Some(prepared.0);
        self.half_phases[index] = prepared.1;
    }

    /// Returns the whole spectrum of a stem. Most stems never need one.
    pub(crate) fn spectrum(&self, index: usize) -> Option<&StemSpectrum> {
        let (correlator, prepared) = self.correlator.as_ref().zip(self.prepared[index].as_ref())?;
        let spectrum = || correlator.spectrum(&mut prepared.decimated(), prepared.scale());
        Some(self.spectra[index].get_or_init(spectrum))
    }

    /// Returns the verdict of the fine search for a pair whose coarse delay is known.
    pub(crate) fn exact(&self, a: usize, b: usize, coarse: &CoarseOffset) -> Verdict {
        match self.only_fit(a, b, coarse) {
            None => Verdict::Doubtful("too_short: the common part is too short".into(), Vec::new()),
            Some(Ok(refined)) => accept::judge(refined, self.settings.assume_related),
            Some(Err(also)) => self.repeats(also),
        }
    }

    /// Returns true if the stems are known to be related.
    pub(crate) fn assumes_related(&self) -> bool {
        self.settings.assume_related
    }

    /// Returns the evidence of the fine search, whatever is decided: for calibration.
    #[cfg(test)]
    pub(crate) fn evidence(&self, a: usize, b: usize, coarse: &CoarseOffset) -> Option<PairEvidence> {
        let (first, second) = (self.prepared[a].as_ref()?, self.prepared[b].as_ref()?);
        refine::refine(first, second, &coarse.found.time_map, coarse.strong)
    }

    /// Returns the only delay that fits, refined. If another fits as well, returns the distance to
    /// it in session frames. `None` if the common part is too short.
    fn only_fit(&self, a: usize, b: usize, coarse: &CoarseOffset) -> Option<Result<PairEvidence, f64>> {
        let (first, second) = (self.prepared[a].as_ref()?, self.prepared[b].as_ref()?);
        let middle = first.stem.kept() as f64 / 2.0;
        let apart = |one: &CoarseOffset, other: &CoarseOffset| {
            other.found.time_map.delay(middle) - one.found.time_map.delay(middle)
        };
        let lobe = self.rate.frames(CORRELATE.lobe_s) as f64;
        let coherence = |coarse: &CoarseOffset| refine::coherence(first, second, &coarse.found.time_map).unwrap_or(0.0);
        if let Some(also) = self.also(a, b, coarse.found.time_map.delay(middle)) {
            return Some(Err(also as f64));
        }
        // Repeats that were played anew no longer match at the full rate; pasted or sequenced ones
        // do.
        let mut best = (coarse.clone(), None);
        // So near, it may be a reflection: the full rate shows which is the direct path.
        let near = FINE.max_reflection_s * self.rate.as_f64();
        let mut reflection = None;
        for place in self.other_places(a, b, coarse) {
            let Some(other) = also_fits(first, second, coarse, place) else { continue };
            let away = apart(&best.0, &other);
            if away.abs() <= lobe {
                continue;
            }
            let heights = other.found.height / best.0.found.height;
            let is_near = away.abs() <= near;
            if (COARSE.min_paste_height_ratio..=COARSE.min_paste_height_ratio.recip()).contains(&heights) {
                if is_near {
                    reflection = reflection.or(Some(away));
                    continue;
                }
                return Some(Err(away));
            }
            let own = best.1.unwrap_or_else(|| coherence(&best.0));
            let also = coherence(&other);
            if own.max(also) < THRESHOLDS.min_clear_coherence
                || own.min(also) >= THRESHOLDS.min_rival_coherence_share * own.max(also)
            {
                if is_near {
                    reflection = reflection.or(Some(away));
                    continue;
                }
                return Some(Err(away));
            }
            best = if also > own { (other, Some(also)) } else { (best.0, Some(own)) };
        }
        match self.rival(a, b, best.0.found.time_map.delay(middle)) {
            Some((CompetingPeak::Longer(_), away)) => return Some(Err(away)),
            // A paste with much of the stem beside it is as high: under noise only the height
            // distinguishes it.
            Some((CompetingPeak::AsHigh(_), away))
                if best.1.unwrap_or_else(|| coherence(&best.0)) < THRESHOLDS.min_clear_coherence =>
            {
                if away.abs() > near {
                    return Some(Err(away));
                }
                reflection = reflection.or(Some(away));
            }
            _ => {}
        }
        let refined = refine::refine(first, second, &best.0.found.time_map, best.0.strong)?;
        Some(match reflection {
            Some(away) if !refined.in_room => Err(away),
            _ => Ok(refined),
        })
    }

    /// Returns a delay that competes with `late`, and the distance to it in session frames.
    fn rival(&self, a: usize, b: usize, delay: f64) -> Option<(CompetingPeak, f64)> {
        let (first, second) = (self.prepared[a].as_ref()?.stem, self.prepared[b].as_ref()?.stem);
        let (correlator, factor) = (self.correlator.as_ref()?, self.factor as f64);
        let overlap = |lag: i64| common(first, second, lag as f64 * factor).len();
        // As far as differing clocks may spread its peak.
        let spread = TIME_MAP.max_drift_share * common(first, second, delay).len() as f64 / 2.0
            + CORRELATE.lobe_s * self.rate.as_f64();
        let own = ((delay - spread) / factor).floor() as i64..=((delay + spread) / factor).ceil() as i64;
        let (a, b) = (self.spectrum(a)?, self.spectrum(b)?);
        let whole = correlator.lend(|scratch| correlator.correlate(a, b, scratch));
        let rival = competing_peak::rival(&whole, own, overlap, first.kept().min(second.kept()))?;
        let (CompetingPeak::Longer(lag) | CompetingPeak::AsHigh(lag)) = rival;
        Some((rival, lag as f64 * factor - delay))
    }

    /// Returns delays that may fit as well, in session frames.
    fn other_places(&self, a: usize, b: usize, coarse: &CoarseOffset) -> Vec<i64> {
        let (Some(first), Some(second)) = (&self.prepared[a], &self.prepared[b]) else { return Vec::new() };
        let middle = first.stem.kept() as f64 / 2.0;
        let delay = coarse.found.time_map.delay(middle);
        let mut others: Vec<i64> = Vec::new();
        let spectra = self.spectrum(a).zip(self.spectrum(b));
        if let Some((correlator, (a, b))) = self.correlator.as_ref().zip(spectra) {
            let (factor, lobe) = (self.factor, CORRELATE.lobe_s * self.rate.as_f64());
            others.extend(correlator.lend(|scratch| {
                let lags = correlator.levelled(a, b, scratch);
                high_places(lags, &Overlap::new(first, second), delay, factor, lobe, COARSE.max_candidates)
            }));
        }
        let candidates = first.envelope.candidates(&second.envelope, self.max_lag, COARSE.max_candidates);
        let own_reach = first.envelope.hop() as f64 * 4.0 + COARSE.max_envelope_drift_share * middle;
        others.extend(candidates.iter().map(|c| c.delay).filter(|other| (*other as f64 - delay).abs() > own_reach));
        others
    }
}

/// Returns the vote at another delay if segments agree there nearly as well as on the first.
fn also_fits(a: &PreparedStem<'_>, b: &PreparedStem<'_>, coarse: &CoarseOffset, place: i64) -> Option<CoarseOffset> {
    let found = segment_vote::vote(a, b, place, coarse.search)?;
    let share = |found: &SegmentVote| found.agreeing as f64 / found.segments as f64;
    let fits = is_worth_refining(&found)
        && share(&found) >= THRESHOLDS.min_rival_segment_share * share(&coarse.found)
        && found.height >= THRESHOLDS.min_rival_height_share * coarse.found.height;
    fits.then_some(CoarseOffset { found, ..coarse.clone() })
}
