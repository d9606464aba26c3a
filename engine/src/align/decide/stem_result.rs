//! Decision per stem, with its reason.

use super::accept::Verdict;
use super::group_evidence::PairVerdicts;
use super::offset_graph::{self, GroupOffset, PairOffset};
use super::session_groups;
use super::thresholds::THRESHOLDS;
use crate::align::result::{Correlation, Decision, StemAlignment};
use crate::align::settings::AlignmentSettings;
use crate::align::time_map::line::LinearDelay;
use crate::resample::TimeMap;

/// Decides for every stem.
pub(crate) fn decide(evidence: &PairVerdicts<'_>, settings: &AlignmentSettings) -> Vec<StemAlignment> {
    let stems = evidence.lengths.len();
    let least = settings.least_confidence();
    let trusted = evidence.verdicts.iter().filter_map(|(first, second, verdict)| match verdict {
        Verdict::Trusted(edge) => Some(PairOffset { first: *first, second: *second, edge: edge.clone() }),
        Verdict::Stays(..) | Verdict::Doubtful(..) => None,
    });
    let (pairs, unsure): (Vec<PairOffset>, Vec<PairOffset>) = trusted.partition(|pair| pair.edge.confidence >= least);
    let pairs = session_groups::tied(pairs, evidence);
    let middle = evidence.lengths.iter().copied().max().unwrap_or(0) as f64 / 2.0;
    let solution = offset_graph::solve(&pairs, stems, middle);
    (0..stems)
        .map(|stem| {
            let root = solution.places[stem].root;
            let group: Vec<usize> = (0..stems).filter(|n| solution.places[*n].root == root).collect();
            if group.len() == 1 {
                return stays(stem, evidence.verdicts)
                    .unwrap_or_else(|| alone(stem, evidence.verdicts, &unsure, least));
            }
            if solution.contradicted[stem] {
                return StemAlignment::left("ambiguous: the offsets of its group contradict each other");
            }
            let reference = match settings.reference {
                Some(requested) if group.contains(&requested) => requested,
                Some(_) => {
                    let mut answer =
                        StemAlignment::left("unrelated: it shares its source with others, but not with the reference");
                    answer.confidence = solution.places[stem].confidence;
                    return answer;
                }
                None => reference(&group, &solution.places, middle),
            };
            let mut answer = in_group(stem, reference, &pairs, &solution.places, evidence);
            // In time with the reference, as it came.
            if let Some(reported) = stays(stem, evidence.verdicts).filter(|_| answer.decision == Decision::Left) {
                answer.reason = reported.reason;
            }
            answer
        })
        .collect()
}

/// Returns the result for a stem whose delay is known, and which stays all the same. It is measured
/// against the earliest of the stems with which it shares its source.
fn stays(stem: usize, verdicts: &[(usize, usize, Verdict)]) -> Option<StemAlignment> {
    let known = verdicts.iter().filter_map(|(first, second, verdict)| match verdict {
        Verdict::Stays(edge, remark) if *second == stem => Some((*first, edge.time_map.clone(), edge, remark)),
        Verdict::Stays(edge, remark) if *first == stem => Some((*second, edge.time_map.reversed(), edge, remark)),
        _ => None,
    });
    let (other, time_map, edge, remark) =
        known.max_by(|x, y| x.1.delay(0.0).total_cmp(&y.1.delay(0.0)).then(y.0.cmp(&x.0)))?;
    let delay = time_map.start;
    if delay < 0.0 || (delay == 0.0 && stem < other) {
        return Some(StemAlignment {
            reference: Some(stem),
            late_samples: Some(0.0),
            confidence: edge.confidence,
            correlation: Correlation::new(&edge.picture),
            ..StemAlignment::left(remark.summary_for_earlier(-delay))
        });
    }
    Some(StemAlignment {
        reference: Some(other),
        late_samples: Some(delay),
        late_uncertainty: edge.delay_sd,
        polarity: edge.polarity,
        drift_ppm: time_map.drift * 1e6,
        drift_uncertainty_ppm: edge.drift_sd * 1e6,
        confidence: edge.confidence,
        correlation: Correlation::new(&edge.picture),
        ..StemAlignment::left(remark.summary())
    })
}

/// Returns the result for a stem with no trusted partner: the most informative doubt, if there is
/// one.
fn alone(stem: usize, verdicts: &[(usize, usize, Verdict)], unsure: &[PairOffset], least: f64) -> StemAlignment {
    if let Some(pair) = unsure.iter().find(|pair| pair.first == stem || pair.second == stem) {
        let mut answer = StemAlignment::left(format!(
            "unsure: the chance that the offset is right is {:.4}, {least:.4} is required",
            pair.edge.confidence
        ));
        answer.confidence = pair.edge.confidence;
        answer.correlation = Correlation::new(&pair.edge.picture);
        return answer;
    }
    let doubts = verdicts.iter().filter_map(|(first, second, verdict)| match verdict {
        Verdict::Doubtful(reason, picture) if *first == stem || *second == stem => Some((reason, picture)),
        _ => None,
    });
    // A related but unclear pair is more informative than an unrelated one.
    let Some((reason, picture)) = doubts.max_by_key(|(reason, _)| !reason.starts_with("unrelated")) else {
        return StemAlignment::left("unrelated: nothing was found that it shares with another stem");
    };
    StemAlignment { correlation: Correlation::new(picture), ..StemAlignment::left(reason.clone()) }
}

fn in_group(
    stem: usize,
    reference: usize,
    pairs: &[PairOffset],
    places: &[GroupOffset],
    evidence: &PairVerdicts<'_>,
) -> StemAlignment {
    let (here, there) = (&places[stem], &places[reference]);
    let time_map = simplest(&there.time_map.reversed().then(&here.time_map), evidence.lengths[stem] as f64);
    let polarity = here.polarity * there.polarity;
    // The weakest link: of the ways to both, and for the reference the best pair it is in.
    let own = || pairs.iter().filter(|pair| pair.first == stem || pair.second == stem);
    let best = own().max_by(|x, y| x.edge.confidence.total_cmp(&y.edge.confidence));
    let confidence = if stem == reference {
        best.map_or(0.0, |pair| pair.edge.confidence)
    } else {
        here.confidence.min(there.confidence)
    };
    let direct = own().find(|pair| pair.first == reference || pair.second == reference).or(best);
    let inverted = if polarity < 0 { ", inverted against the reference" } else { "" };
    let (delay, ppm) = (time_map.start, time_map.drift * 1e6);
    let steady = time_map.is_straight() && time_map.drift == 0.0;
    let mut drifts = if steady { String::new() } else { format!(", its clock {ppm:+.2} ppm slower") };
    for change in &time_map.changes {
        drifts += &format!(", {:+.2} ppm from frame {:.0} on", change.drift_ppm(), change.at);
    }
    let (decision, reason) = if stem == reference {
        (Decision::Left, "reference of its group".to_owned())
    } else if delay.abs() > evidence.max_late {
        (Decision::Left, format!("{delay:.2} frames against the reference are more than the largest offset{inverted}"))
    } else if delay.abs() < THRESHOLDS.min_delay_frames.max(3.0 * here.delay_sd.hypot(there.delay_sd)) && steady {
        (Decision::Left, format!("already in time{inverted}"))
    } else {
        let side = if delay >= 0.0 { "late" } else { "early" };
        let turned = if polarity < 0 { ", and turned over with the move" } else { "" };
        let (delay, uncertainty) = (delay.abs(), here.delay_sd.hypot(there.delay_sd));
        let text =
            format!("{delay:.2} frames (± {uncertainty:.2}) {side} against the reference{drifts}{inverted}{turned}");
        (Decision::Moved, text)
    };
    StemAlignment {
        decision,
        reference: Some(reference),
        late_samples: Some(if stem == reference { 0.0 } else { delay }),
        late_uncertainty: here.delay_sd.hypot(there.delay_sd),
        polarity,
        drift_ppm: ppm,
        drift_changes: time_map.changes,
        drift_uncertainty_ppm: 1e6 * here.drift_sd.hypot(there.drift_sd),
        confidence,
        correlation: direct.and_then(|pair| Correlation::new(&pair.edge.picture)),
        reason,
    }
}

/// Returns a time map as it is reported: from frame 0 on, without a negligible drift and inaudible
/// fractions of frames.
fn simplest(time_map: &TimeMap, length: f64) -> TimeMap {
    let mut time_map = time_map.from_frame(0.0, 0.0);
    if time_map.is_straight() && (time_map.drift * length).abs() < THRESHOLDS.min_drift_frames {
        time_map = LinearDelay::flat(time_map.delay(length / 2.0)).into();
    }
    // Whole frames need no filter.
    if time_map.is_straight()
        && time_map.drift == 0.0
        && (time_map.start - time_map.start.round()).abs() < THRESHOLDS.min_fraction_frames
    {
        time_map = LinearDelay::flat(time_map.start.round()).into();
    }
    time_map
}

/// Returns the stem whose delay most stems share, so that the fewest are moved; of equals, the
/// earliest.
fn reference(group: &[usize], places: &[GroupOffset], middle: f64) -> usize {
    let delay = |stem: usize| places[stem].time_map.delay(middle);
    let sharing = |stem: usize| group.iter().filter(|n| (delay(**n) - delay(stem)).abs() < 0.5).count();
    let rank = |stem: usize| (sharing(stem), -delay(stem).round() as i64, std::cmp::Reverse(stem));
    group.iter().copied().max_by_key(|stem| rank(*stem)).unwrap_or_default()
}
