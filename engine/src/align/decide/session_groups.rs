//! Sessions: stems of one session are in time with each other. They move together, or not at all.

use super::accept::{Edge, Verdict};
use super::group_evidence::PairVerdicts;
use super::offset_graph::PairOffset;
use super::origin::{same_length, same_time};
use super::thresholds::THRESHOLDS;
use crate::align::features::stem::StemFeatures;
use crate::align::time_map::line::LinearDelay;
use crate::resample::TimeMap;

/// Numbers the sessions: stems of one session have the same number, the least of theirs.
pub(crate) fn together(stems: &[&StemFeatures], verdicts: &[(usize, usize, Verdict)]) -> Vec<usize> {
    let mut sessions: Vec<usize> = (0..stems.len()).collect();
    let mut join = |a: usize, b: usize| {
        let (low, high) = (sessions[a].min(sessions[b]), sessions[a].max(sessions[b]));
        sessions.iter_mut().filter(|session| **session == high).for_each(|session| *session = low);
    };
    for (a, b, verdict) in verdicts {
        if matches!(verdict, Verdict::Stays(..)) {
            join(*a, *b);
        }
    }
    for a in 0..stems.len() {
        (a + 1..stems.len())
            .filter(|b| same_length(stems[a], stems[*b]) || same_time(stems[a], stems[*b]))
            .for_each(|b| join(a, b));
    }
    sessions
}

/// Returns the pairs between sessions, and ties that hold each session with such a pair together. A
/// stem that comes after another of its session follows it: its own delay against other sessions is
/// that of an effect.
pub(crate) fn tied(pairs: Vec<PairOffset>, evidence: &PairVerdicts<'_>) -> Vec<PairOffset> {
    let sessions = evidence.sessions;
    let follows = |stem: usize| {
        evidence.verdicts.iter().any(|(first, second, verdict)| match verdict {
            Verdict::Stays(edge, _) if sessions[*first] == sessions[*second] => {
                let delay = edge.time_map.start;
                (*second == stem && delay > THRESHOLDS.session_sd_frames)
                    || (*first == stem && delay < -THRESHOLDS.session_sd_frames)
            }
            _ => false,
        })
    };
    let mut kept: Vec<PairOffset> = pairs
        .into_iter()
        .filter(|pair| sessions[pair.first] != sessions[pair.second] && !follows(pair.first) && !follows(pair.second))
        .collect();
    let mut ties = Vec::new();
    for (stem, session) in sessions.iter().enumerate().filter(|(stem, session)| stem != *session) {
        if kept.iter().any(|pair| sessions[pair.first] == *session || sessions[pair.second] == *session) {
            let time_map: TimeMap = LinearDelay::flat(0.0).into();
            let edge = Edge {
                time_map,
                polarity: 1,
                confidence: 1.0,
                delay_sd: THRESHOLDS.session_sd_frames,
                drift_sd: 0.0,
                wander: 0.0,
                share: 1.0,
                picture: Vec::new(),
            };
            ties.push(PairOffset { first: *session, second: stem, edge });
        }
    }
    kept.append(&mut ties);
    kept
}
