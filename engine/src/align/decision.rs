//! Which offsets are believed, and what follows for each stem. When unsure, nothing is moved.

use super::peak::Peak;
use super::windows::{Agreement, FEWEST};
use super::{Decision, StemAlignment};

/// Gates: measured, unrelated stems of one song reach z 4.9 and ratio 1.11, true copies z 243 and ratio 10.5, and a
/// source 30 dB below the rest z 14.7 in 30 s.
const LEAST_Z: f64 = 12.0;
/// The least z, in multiples of what chance reaches.
const LEAST_Z_OVER_FLOOR: f64 = 2.4;
/// The least ratio of the first to the second peak.
const LEAST_RATIO: f64 = 2.0;
/// The least share of windows on one line.
const LEAST_SHARE: f64 = 0.6;
/// The most that the offset may change over the compared part, in frames: beyond it, no single offset is right.
const MOST_DRIFT: f64 = 2.0;
/// How far two ways round the graph may differ, in frames: three roundings of up to one frame.
const LOOP_TOLERANCE: i64 = 3;

/// What one pair of stems says.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Verdict {
    /// They share a source.
    Trusted {
        /// Frames by which the second stem is late.
        late: i64,
        /// −1 when one is inverted.
        polarity: i8,
        /// 0 to 1.
        confidence: f64,
    },
    /// They share something, but not enough to move anything.
    Doubtful(String),
    /// No trace of a common source.
    Unrelated,
}

/// Whether a peak is worth a second opinion.
pub(super) fn stands_out(peak: &Peak) -> bool {
    peak.z >= LEAST_Z.max(LEAST_Z_OVER_FLOOR * peak.floor)
}

/// The verdict on a pair of which one repeats itself.
pub(super) fn repeating(period_s: f64) -> Verdict {
    Verdict::Doubtful(format!("ambiguous: it repeats itself every {period_s:.3} s, so several offsets fit"))
}

/// Judges one pair by its peak and its windows.
pub(super) fn judge(peak: &Peak, agreement: Option<Agreement>) -> Verdict {
    if peak.ratio < LEAST_RATIO {
        let text = format!("ambiguous: a second offset fits nearly as well (peaks {:.2} to 1)", peak.ratio);
        return Verdict::Doubtful(text);
    }
    let Some(found) = agreement else { return Verdict::Doubtful("too_short: the common part is too short".into()) };
    if found.windows < FEWEST {
        let text = format!("too_short: only {} windows have sound in both, {FEWEST} are needed", found.windows);
        return Verdict::Doubtful(text);
    }
    let (share, windows) = (found.share * 100.0, found.windows);
    if found.share < LEAST_SHARE {
        return Verdict::Doubtful(format!("ambiguous: {share:.0} % of {windows} windows agree on an offset"));
    }
    if found.drift_frames.abs() > MOST_DRIFT {
        return Verdict::Doubtful(format!("drift: the clocks differ by {:.1} ppm", found.drift_ppm));
    }
    let margins = [1.0 - peak.floor / peak.z, 1.0 - 1.0 / peak.ratio, found.share];
    let confidence = margins.into_iter().fold(1.0, f64::min);
    Verdict::Trusted { late: found.late, polarity: peak.polarity, confidence }
}

/// One trusted pair: `second` is `late` frames after `first`.
#[derive(Clone, Copy)]
struct Edge {
    first: usize,
    second: usize,
    late: i64,
    polarity: i8,
    confidence: f64,
}

/// Where a stem stands in its group.
#[derive(Clone, Copy)]
struct Place {
    group: usize,
    late: i64,
    polarity: i8,
    /// The least confidence on the way to it.
    confidence: f64,
}

/// Turns the verdicts on all pairs into one decision a stem. `lengths` are in frames, `max_late` is the largest offset believed.
///
/// Offsets follow the spanning tree of the highest confidences. A group in which some other pair contradicts the tree is left alone.
/// The reference of a group is the offset that most of its stems share, so that the fewest are moved; then the longest stem; then the earliest.
pub(super) fn decide(verdicts: &[(usize, usize, Verdict)], lengths: &[u64], max_late: i64) -> Vec<StemAlignment> {
    let mut edges: Vec<Edge> = verdicts
        .iter()
        .filter_map(|(first, second, verdict)| match *verdict {
            Verdict::Trusted { late, polarity, confidence } => {
                Some(Edge { first: *first, second: *second, late, polarity, confidence })
            }
            _ => None,
        })
        .collect();
    edges.sort_by(|x, y| y.confidence.total_cmp(&x.confidence).then((x.first, x.second).cmp(&(y.first, y.second))));
    let places = spanning_tree(&edges, lengths.len());
    (0..lengths.len())
        .map(|stem| {
            let group: Vec<usize> = (0..lengths.len()).filter(|n| places[*n].group == places[stem].group).collect();
            if group.len() == 1 {
                return alone(stem, verdicts);
            }
            let contradicted = edges.iter().any(|edge| {
                let (first, second) = (places[edge.first], places[edge.second]);
                first.group == places[stem].group
                    && ((second.late - first.late - edge.late).abs() > LOOP_TOLERANCE
                        || first.polarity * second.polarity != edge.polarity)
            });
            if contradicted {
                return StemAlignment::left("ambiguous: the offsets of its group contradict each other");
            }
            let reference = reference(&group, &places, lengths);
            in_group(stem, reference, &edges, &places, max_late)
        })
        .collect()
}

/// A stem with no trusted partner: the most telling doubt, if there is one.
fn alone(stem: usize, verdicts: &[(usize, usize, Verdict)]) -> StemAlignment {
    let doubt = verdicts.iter().find_map(|(first, second, verdict)| match verdict {
        Verdict::Doubtful(reason) if *first == stem || *second == stem => Some(reason.as_str()),
        _ => None,
    });
    StemAlignment::left(doubt.unwrap_or("unrelated: no other stem shares its source"))
}

fn in_group(stem: usize, reference: usize, edges: &[Edge], places: &[Place], max_late: i64) -> StemAlignment {
    let (here, there) = (places[stem], places[reference]);
    let late = here.late - there.late;
    let polarity = here.polarity * there.polarity;
    // The weakest link: of the ways to both, and for the reference the best pair it is in.
    let confidence = if stem == reference {
        edges.iter().filter(|e| e.first == stem || e.second == stem).fold(0.0, |best, e| e.confidence.max(best))
    } else {
        here.confidence.min(there.confidence)
    };
    let inverted = if polarity < 0 { "; inverted against the reference, which moving does not change" } else { "" };
    let (decision, reason) = if stem == reference {
        (Decision::Left, "reference of its group".to_owned())
    } else if late == 0 {
        (Decision::Left, format!("already in time{inverted}"))
    } else if late.abs() > max_late {
        (Decision::Left, format!("{late} frames against the reference are more than the largest offset{inverted}"))
    } else {
        let side = if late > 0 { "late" } else { "early" };
        (Decision::Moved, format!("{} frames {side} against the reference{inverted}", late.abs()))
    };
    StemAlignment { decision, reference: Some(reference), late_samples: Some(late), polarity, confidence, reason }
}

/// Joins stems by their most confident pairs first; every stem gets its offset against some member of its group.
fn spanning_tree(edges: &[Edge], stems: usize) -> Vec<Place> {
    let mut places: Vec<Place> =
        (0..stems).map(|group| Place { group, late: 0, polarity: 1, confidence: 1.0 }).collect();
    for edge in edges {
        let (first, second) = (places[edge.first], places[edge.second]);
        if first.group == second.group {
            continue;
        }
        // Put the second group on the time of the first.
        let shift = first.late + edge.late - second.late;
        let flip = first.polarity * edge.polarity * second.polarity;
        for place in places.iter_mut().filter(|place| place.group == first.group || place.group == second.group) {
            place.confidence = place.confidence.min(edge.confidence);
            if place.group == second.group {
                place.late += shift;
                place.polarity *= flip;
                place.group = first.group;
            }
        }
    }
    places
}

fn reference(group: &[usize], places: &[Place], lengths: &[u64]) -> usize {
    let sharing = |stem: usize| group.iter().filter(|n| places[**n].late == places[stem].late).count();
    let rank = |stem: usize| (sharing(stem), lengths[stem], -places[stem].late, std::cmp::Reverse(stem));
    group.iter().copied().max_by_key(|stem| rank(*stem)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trusted(late: i64, polarity: i8, confidence: f64) -> Verdict {
        Verdict::Trusted { late, polarity, confidence }
    }

    fn late(stems: &[StemAlignment]) -> Vec<Option<i64>> {
        stems.iter().map(|stem| stem.late_samples).collect()
    }

    #[test]
    fn offsets_follow_the_tree_and_the_fewest_stems_move() {
        // Stems 1 and 2 agree with each other; 0 is 100 early, seen from 1 alone.
        let verdicts = vec![(0, 1, trusted(100, 1, 0.9)), (1, 2, trusted(0, -1, 0.8)), (0, 2, Verdict::Unrelated)];
        let stems = decide(&verdicts, &[50, 50, 60], 1_000);
        assert_eq!(late(&stems), [Some(-100), Some(0), Some(0)]);
        assert_eq!(
            stems.iter().map(|s| s.decision).collect::<Vec<_>>(),
            [Decision::Moved, Decision::Left, Decision::Left]
        );
        assert_eq!(stems.iter().map(|s| s.polarity).collect::<Vec<_>>(), [-1, -1, 1]);
        assert_eq!(stems[1].reference, Some(2), "the longer of the two in time");
    }

    #[test]
    fn a_triangle_that_does_not_close_is_left() {
        let verdicts = vec![(0, 1, trusted(100, 1, 0.9)), (1, 2, trusted(50, 1, 0.9)), (0, 2, trusted(190, 1, 0.9))];
        let stems = decide(&verdicts, &[9, 9, 9], 1_000);
        assert!(stems.iter().all(|s| s.decision == Decision::Left && s.reason.starts_with("ambiguous")));
        let closed = vec![(0, 1, trusted(100, 1, 0.9)), (1, 2, trusted(50, 1, 0.9)), (0, 2, trusted(151, 1, 0.7))];
        assert_eq!(late(&decide(&closed, &[9, 9, 9], 1_000)), [Some(0), Some(100), Some(150)]);
        let flipped = vec![(0, 1, trusted(1, 1, 0.9)), (1, 2, trusted(1, 1, 0.9)), (0, 2, trusted(2, -1, 0.9))];
        assert!(decide(&flipped, &[9, 9, 9], 1_000).iter().all(|s| s.decision == Decision::Left));
    }

    #[test]
    fn groups_do_not_touch_each_other() {
        let verdicts = vec![(0, 1, trusted(7, 1, 0.9)), (2, 3, trusted(-9, 1, 0.9))];
        let stems = decide(&verdicts, &[9, 9, 9, 9, 9], 1_000);
        // Of two, the earlier is the reference.
        assert_eq!(late(&stems), [Some(0), Some(7), Some(9), Some(0), None]);
    }

    #[test]
    fn each_gate_refuses_alone() {
        let peak = Peak { lag: 5, polarity: 1, z: 100.0, floor: 4.8, ratio: 9.0 };
        let agreement = Agreement { windows: 9, share: 1.0, late: 10, drift_ppm: 0.0, drift_frames: 0.0 };
        assert!(matches!(judge(&peak, Some(agreement)), Verdict::Trusted { late: 10, .. }));
        assert!(stands_out(&peak) && !stands_out(&Peak { z: 11.0, ..peak }));
        for doubt in [
            judge(&Peak { ratio: 1.5, ..peak }, Some(agreement)),
            judge(&peak, None),
            judge(&peak, Some(Agreement { windows: 4, ..agreement })),
            judge(&peak, Some(Agreement { share: 0.5, ..agreement })),
            judge(&peak, Some(Agreement { drift_frames: 40.0, ..agreement })),
        ] {
            assert!(matches!(doubt, Verdict::Doubtful(_)), "{doubt:?}");
        }
    }
}
