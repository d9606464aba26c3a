//! Acceptance of the delay of a pair, and its confidence. If unsure, nothing is moved.

use super::evidence::PairEvidence;
use super::remark::Remark;
use super::thresholds::THRESHOLDS;
use crate::resample::TimeMap;

/// Verdict on one pair of stems.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Verdict {
    /// They share a source.
    Trusted(Edge),
    /// They share a source, and are not to be moved.
    Stays(Edge, Remark),
    /// They share something, but not enough to move anything.
    Doubtful(String, Vec<f32>),
}

/// Measured delay of the second stem of a pair against the first.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Edge {
    /// Delay of the second stem, in frames.
    pub(crate) time_map: TimeMap,
    /// −1 when one is inverted.
    pub(crate) polarity: i8,
    /// 0 to 1: see [`confidence`].
    pub(crate) confidence: f64,
    /// One standard deviation, in frames.
    pub(crate) delay_sd: f64,
    /// One standard deviation, as a share.
    pub(crate) drift_sd: f64,
    /// Wander of the clock about the time map, one standard deviation, in frames.
    pub(crate) wander: f64,
    /// Share of segments that agree on the time map: 0 to 1.
    pub(crate) share: f64,
    /// Correlation around the delay.
    pub(crate) picture: Vec<f32>,
}

/// Judges a pair by the evidence of its segments.
pub(crate) fn judge(refined: PairEvidence, assume_related: bool) -> Verdict {
    if let Some(doubt) = doubt(&refined, assume_related) {
        return Verdict::Doubtful(doubt, refined.picture);
    }
    Verdict::Trusted(Edge {
        time_map: refined.time_map.clone(),
        polarity: refined.polarity,
        confidence: confidence(&refined),
        delay_sd: refined.delay_sd,
        drift_sd: refined.drift_sd,
        wander: refined.wander,
        share: share(&refined),
        picture: refined.picture,
    })
}

/// Returns the edge along one of two paths that are both there. A second peak is no evidence
/// against it, nor are the segments in which the other source is louder.
pub(crate) fn along_a_path(refined: PairEvidence) -> Edge {
    let sure =
        PairEvidence { ratio: refined.ratio.max(THRESHOLDS.min_peak_ratio), agreeing: refined.segments, ..refined };
    Edge {
        confidence: confidence(&sure),
        time_map: sure.time_map,
        polarity: sure.polarity,
        delay_sd: sure.delay_sd,
        drift_sd: sure.drift_sd,
        wander: sure.wander,
        share: 1.0,
        picture: sure.picture,
    }
}

fn share(refined: &PairEvidence) -> f64 {
    refined.agreeing as f64 / refined.segments.max(1) as f64
}

/// Returns the reason for which a delay is not accepted, whatever the confidence. `None` if there
/// is none.
pub(crate) fn doubt(refined: &PairEvidence, assume_related: bool) -> Option<String> {
    let (least_z, least_share, least_ratio) = if assume_related {
        (THRESHOLDS.min_related_peak_to_rms, THRESHOLDS.min_related_segment_share, THRESHOLDS.min_related_peak_ratio)
    } else {
        (THRESHOLDS.min_peak_to_rms, THRESHOLDS.min_segment_share, THRESHOLDS.min_peak_ratio)
    };
    let least_z = if refined.halves_agree { least_z.min(THRESHOLDS.min_halves_peak_to_rms) } else { least_z };
    let share = share(refined);
    if refined.z < least_z {
        let word = if refined.z < THRESHOLDS.max_unrelated_peak_to_rms { "unrelated" } else { "unsure" };
        Some(format!("{word}: the best offset stands out by {:.1}, {least_z:.1} are needed", refined.z))
    } else if refined.ratio < least_ratio {
        Some(format!("ambiguous: a second offset fits nearly as well (peaks {:.2} to 1)", refined.ratio))
    } else if share < least_share {
        Some(format!("ambiguous: {:.0} % of {} segments agree on an offset", 100.0 * share, refined.segments))
    } else if 2 * refined.bands_agreeing < refined.bands || refined.bands_agreeing == 0 {
        let (agree, all) = (refined.bands_agreeing, refined.bands);
        Some(format!("ambiguous: {agree} of {all} bands of frequency agree on the offset"))
    } else {
        None
    }
}

/// Returns the chance that the delay is right. It is a logistic curve over the evidence, fitted to
/// the generated cases of `calibration` (the table is in docs/alignment.md).
pub(crate) fn confidence(refined: &PairEvidence) -> f64 {
    let share = share(refined);
    let halves = if refined.halves_agree { THRESHOLDS.halves_agree_log_odds } else { 0.0 };
    let odds = -2.56
        + 1.45 * (refined.z / THRESHOLDS.chance_peak_to_rms).ln()
        + 1.12 * refined.ratio.ln()
        + 4.47 * share
        + halves;
    1.0 / (1.0 + (-odds).exp())
}
