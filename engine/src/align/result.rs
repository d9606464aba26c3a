//! Results of alignment.

use crate::resample::{DriftChange, TimeMap};
use serde::Serialize;

/// Decision about a stem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Put it in time with its reference: see [`StemAlignment::movement`].
    Moved,
    /// Leave it as it is.
    Left,
}

/// Correlation of a stem with another around the delay found, for display.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Correlation {
    /// Lag of the first value, in frames from the delay found.
    pub first_lag: i64,
    /// One value per frame; ±1 where the phases of all frequencies agree.
    pub values: Vec<f32>,
}

impl Correlation {
    pub(crate) fn new(values: &[f32]) -> Option<Self> {
        let rounded = values.iter().map(|x| (x * 1e4).round() / 1e4).collect();
        (!values.is_empty()).then(|| Self { first_lag: -((values.len() / 2) as i64), values: rounded })
    }
}

/// Change that puts a stem in time.
#[derive(Clone, Debug, PartialEq)]
pub struct Move {
    /// Frame of the stem for each frame of its reference, at the rate of the comparison. A drift
    /// above 0 means that the stem's clock runs fast, so that it has more frames for the same time.
    pub time_map: TimeMap,
    /// −1 when the polarity is to be inverted.
    pub polarity: i8,
}

/// Result for one stem.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct StemAlignment {
    /// Decision whether to move it.
    pub decision: Decision,
    /// Stem that it is compared with: the reference of its group. `None` if it shares its source
    /// with no other.
    pub reference: Option<usize>,
    /// Delay of its events against the reference's, in frames at the session rate, at frame 0 of
    /// the reference; negative when they come before. `None` if nothing is known.
    pub late_samples: Option<f64>,
    /// One standard deviation of `late_samples`.
    pub late_uncertainty: f64,
    /// −1 when it is inverted against the reference; moving it also inverts its polarity.
    pub polarity: i8,
    /// Growth of the delay, in parts per million; where it changes, up to the first change.
    pub drift_ppm: f64,
    /// Changes of its clock's drift, in order of time; mostly empty.
    pub drift_changes: Vec<DriftChange>,
    /// One standard deviation of `drift_ppm`.
    pub drift_uncertainty_ppm: f64,
    /// Chance, 0 to 1, that `late_samples` is right, as calibrated on generated cases. 0 if nothing
    /// is known.
    pub confidence: f64,
    /// Correlation around the delay. `None` if there is none to show.
    pub correlation: Option<Correlation>,
    /// Reason for the decision. For a stem that was left it starts with one word for the cause:
    /// `in_session`, `effect_return`, `mutual_bleed`, `unrelated`, `ambiguous`, `unsure`,
    /// `too_short`, `silent`, `stopped`.
    pub reason: String,
}

impl StemAlignment {
    pub(crate) fn left(reason: impl Into<String>) -> Self {
        Self {
            decision: Decision::Left,
            reference: None,
            late_samples: None,
            late_uncertainty: 0.0,
            polarity: 1,
            drift_ppm: 0.0,
            drift_changes: Vec::new(),
            drift_uncertainty_ppm: 0.0,
            confidence: 0.0,
            correlation: None,
            reason: reason.into(),
        }
    }

    /// Returns true if the stem shares its sound with another one at a known delay, and stays all
    /// the same. `reason` contains the cause.
    pub fn stays(&self) -> bool {
        let causes = ["in_session", "effect_return", "mutual_bleed"];
        self.reason.split_once(':').is_some_and(|(cause, _)| causes.contains(&cause))
    }

    /// Returns the change that puts the stem in time; no change for a stem that is left.
    pub fn movement(&self) -> Move {
        if self.decision == Decision::Moved { self.in_time() } else { Move::NONE }
    }

    /// Returns the change that puts the stem in time with its reference, whether it is to be moved
    /// or is right already. No change if nothing is known.
    pub(crate) fn in_time(&self) -> Move {
        self.time_map().map_or(Move::NONE, |time_map| Move { time_map, polarity: self.polarity })
    }

    fn time_map(&self) -> Option<TimeMap> {
        let changes = self.drift_changes.clone();
        self.late_samples.map(|delay| TimeMap { start: delay, drift: self.drift_ppm * 1e-6, changes })
    }

    /// Returns the delay in frames when the reference is at frame `at`.
    pub fn late_at(&self, at: f64) -> Option<f64> {
        self.time_map().map(|time_map| time_map.input(at) - at)
    }
}

/// Result for a session.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Alignment {
    /// Reference of the largest group of stems that share a source (of equals, the first). `None`
    /// if no two do.
    pub reference: Option<usize>,
    /// One result per stem, in the order given.
    pub stems: Vec<StemAlignment>,
}

impl Alignment {
    /// Returns the change that puts each stem in time.
    pub fn moves(&self) -> Vec<Move> {
        self.stems.iter().map(StemAlignment::movement).collect()
    }

    /// Returns the number of stems that are to be moved.
    pub fn moved(&self) -> usize {
        self.stems.iter().filter(|stem| stem.decision == Decision::Moved).count()
    }
}
