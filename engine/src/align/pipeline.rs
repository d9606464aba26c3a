//! Pipeline of alignment: prepares stems, compares pairs, refines the best, decides.

use super::coarse::candidate::CoarseOffset;
use super::coarse::search::CoarseOutcome;
use super::comparison::Comparison;
use super::decide::accept::Verdict;
use super::decide::group_evidence::PairVerdicts;
use super::decide::{offset_graph, session_groups, stem_result};
use super::features::stem::StemFeatures;
use super::result::{Alignment, StemAlignment};
use super::settings::{AlignmentSettings, Mode, PairSelection};
use super::thresholds::THRESHOLDS;
use crate::units::SampleRate;
use rayon::prelude::*;
use std::borrow::Borrow;

/// Compares stems and decides which to move. Uses rayon's current pool; the result does not depend
/// on its size.
///
/// `watch` receives the progress, 0 to 1, every few pairs on the calling thread. If it returns
/// true, every stem is left with the reason `stopped`.
pub fn align<S: Borrow<StemFeatures>>(
    stems: &[S],
    settings: &AlignmentSettings,
    pairs: PairSelection,
    watch: &dyn Fn(f64) -> bool,
) -> Alignment {
    let stems: Vec<&StemFeatures> = stems.iter().map(Borrow::borrow).collect();
    let rate = stems.first().map_or(SampleRate::DEFAULT, |stem| stem.rate());
    let longest = stems.iter().map(|stem| stem.kept()).max().unwrap_or(0);
    // NaN or a negative number allows no delay.
    let requested = settings.max_offset_s.map_or(u64::MAX, |seconds| rate.frames(seconds.max(0.0)));
    let max_lag = usize::try_from(requested).unwrap_or(usize::MAX).min(longest);
    let unfit: Vec<Option<&str>> = stems.iter().map(|stem| why_unfit(stem, rate)).collect();
    let fit: Vec<usize> = (0..stems.len()).filter(|stem| unfit[*stem].is_none()).collect();
    let all = fit.iter().flat_map(|a| fit.iter().filter(move |b| a < b).map(move |b| (*a, *b)));
    let wanted: Vec<(usize, usize)> = match pairs {
        PairSelection::All => all.collect(),
        PairSelection::With(mix) => all.filter(|(a, b)| *a == mix || *b == mix).collect(),
    };
    // A mix holds its stems, so that the origin is not in question.
    let weighed = (pairs == PairSelection::All).then_some(settings.mode);
    let Some(verdicts) = compare(&stems, &fit, &wanted, max_lag, (settings, weighed), watch) else {
        return Alignment { reference: None, stems: vec![StemAlignment::left("stopped"); stems.len()] };
    };
    let lengths: Vec<u64> = stems.iter().map(|stem| stem.frames()).collect();
    let sessions = match settings.mode {
        Mode::Auto => session_groups::together(&stems, &verdicts),
        Mode::Recordings | Mode::Microphones => (0..stems.len()).collect(),
    };
    let evidence =
        PairVerdicts { verdicts: &verdicts, lengths: &lengths, max_late: requested as f64, sessions: &sessions };
    let mut answers = stem_result::decide(&evidence, settings);
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
    } else if stem.kept() < rate.frames(THRESHOLDS.min_stem_s) as usize {
        Some("too_short: less than 1.25 s")
    } else if stem.peak() < THRESHOLDS.min_peak_amplitude {
        Some("silent: its mono sum stays below -120 dBFS")
    } else {
        None
    }
}

/// Returns how many of `of` items to process between two checks whether to stop. They are few
/// enough for even progress, and at least as many as there are threads.
fn part_len(of: usize) -> usize {
    let threads = rayon::current_num_threads().max(1);
    of.div_ceil(THRESHOLDS.min_reports_per_step)
        .next_multiple_of(threads)
        .clamp(1, THRESHOLDS.max_pairs_per_check.max(threads))
}

/// Returns a verdict on every pair that matters. `None` if stopped.
fn compare(
    stems: &[&StemFeatures],
    fit: &[usize],
    pairs: &[(usize, usize)],
    max_lag: usize,
    (settings, weighed): (&AlignmentSettings, Option<Mode>),
    watch: &dyn Fn(f64) -> bool,
) -> Option<Vec<(usize, usize, Verdict)>> {
    if pairs.is_empty() {
        return Some(Vec::new());
    }
    let mut comparison = Comparison::new(stems, fit, max_lag, settings);
    // Preparation, coarse search and fine search take about as long as each other.
    let third = |step: f64, done: usize, of: usize| (step + done as f64 / of.max(1) as f64) / 3.0;
    let at_once = part_len(fit.len());
    for (n, part) in fit.chunks(at_once).enumerate() {
        if watch(third(0.0, n * at_once, fit.len())) {
            return None;
        }
        let prepared: Vec<_> = part.par_iter().map(|n| comparison.prepare(stems[*n])).collect();
        part.iter().zip(prepared).for_each(|(n, prepared)| comparison.keep(*n, prepared));
    }
    let (mut coarse, mut verdicts) = (Vec::new(), Vec::new());
    let at_once = part_len(pairs.len());
    for (n, part) in pairs.chunks(at_once).enumerate() {
        if watch(third(1.0, n * at_once, pairs.len())) {
            return None;
        }
        let looks: Vec<_> = part.par_iter().with_max_len(1).map(|(a, b)| comparison.coarse_search(*a, *b)).collect();
        for ((a, b), look) in part.iter().zip(looks) {
            match look {
                Some(CoarseOutcome::Offset(found)) => coarse.push((*a, *b, found)),
                Some(CoarseOutcome::Repeats(verdict) | CoarseOutcome::Unplaced(verdict)) => {
                    verdicts.push((*a, *b, verdict));
                }
                None => {}
            }
        }
    }
    coarse.sort_by(|x, y| x.2.found.log_chance.total_cmp(&y.2.found.log_chance).then((x.0, x.1).cmp(&(y.0, y.1))));
    // A group of copies has many pairs; the fine search covers as many as hold it together twice
    // over.
    loop {
        let next = needed(&coarse, &verdicts, stems.len());
        if next.is_empty() {
            return Some(verdicts);
        }
        for part in next.chunks(part_len(next.len())) {
            if watch(third(2.0, verdicts.len(), coarse.len())) {
                return None;
            }
            let exact = |n: &usize| {
                let (a, b, coarse) = &coarse[*n];
                let verdict = comparison.exact(*a, *b, coarse);
                let verdict = match weighed {
                    Some(mode) => comparison.weighed(*a, *b, &coarse.found.time_map, verdict, mode),
                    None => verdict,
                };
                (*a, *b, verdict)
            };
            verdicts.extend(part.par_iter().with_max_len(1).map(exact).collect::<Vec<_>>());
        }
    }
}

/// Returns the coarse pairs to refine next: a spanning forest of the pairs that are not refused,
/// then a second one beside it. Where trusted pairs contradict each other, returns all pairs, so
/// that the wrong one shows.
fn needed(coarse: &[(usize, usize, CoarseOffset)], verdicts: &[(usize, usize, Verdict)], stems: usize) -> Vec<usize> {
    let known = |a: usize, b: usize| verdicts.iter().find(|verdict| (verdict.0, verdict.1) == (a, b)).map(|v| &v.2);
    let open: Vec<usize> = (0..coarse.len()).filter(|n| known(coarse[*n].0, coarse[*n].1).is_none()).collect();
    let mut next = Vec::new();
    let mut used: Vec<(usize, usize)> = Vec::new();
    for _ in 0..2 {
        let mut group: Vec<usize> = (0..stems).collect();
        let mut join = |a: usize, b: usize| {
            let (from, to) = (group[b], group[a]);
            group.iter_mut().filter(|group| **group == from).for_each(|group| *group = to);
            from != to
        };
        for (n, (a, b, _)) in coarse.iter().enumerate() {
            let usable = match known(*a, *b) {
                None => true,
                Some(Verdict::Trusted(_)) => !used.contains(&(*a, *b)),
                Some(_) => false,
            };
            if usable && !used.contains(&(*a, *b)) && join(*a, *b) {
                used.push((*a, *b));
                if open.contains(&n) {
                    next.push(n);
                }
            }
        }
    }
    if next.is_empty() && contradicted(verdicts, stems) { open } else { next }
}

fn contradicted(verdicts: &[(usize, usize, Verdict)], stems: usize) -> bool {
    let pairs: Vec<offset_graph::PairOffset> = verdicts
        .iter()
        .filter_map(|(first, second, verdict)| match verdict {
            Verdict::Trusted(edge) => {
                Some(offset_graph::PairOffset { first: *first, second: *second, edge: edge.clone() })
            }
            Verdict::Stays(..) | Verdict::Doubtful(..) => None,
        })
        .collect();
    offset_graph::solve(&pairs, stems, 0.0).contradicted.contains(&true)
}
