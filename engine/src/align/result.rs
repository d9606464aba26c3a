//! What alignment answers.

use crate::resample::Warp;
use serde::Serialize;

/// What to do with a stem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Put it in time with its reference: see [`StemAlignment::movement`].
    Moved,
    /// Leave it as it is.
    Left,
}

/// The correlation of a stem with another around the offset found, to look at.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Correlation {
    /// The lag of the first value, in frames from the offset found.
    pub first_lag: i64,
    /// A value a frame; ±1 where the phases of all frequencies agree.
    pub values: Vec<f32>,
}

impl Correlation {
    pub(crate) fn new(values: &[f32]) -> Option<Self> {
        let rounded = values.iter().map(|x| (x * 1e4).round() / 1e4).collect();
        (!values.is_empty()).then(|| Self { first_lag: -((values.len() / 2) as i64), values: rounded })
    }
}

/// How to put a stem in time.
#[derive(Clone, Debug, PartialEq)]
pub struct Move {
    /// Which frame of the stem belongs to which frame of its reference, at the rate of the
    /// comparison. Its drift above 0: the stem's clock runs fast, so that it has more frames for
    /// the same time.
    pub warp: Warp,
    /// −1 when it is to be turned over.
    pub polarity: i8,
}

/// From one frame on, a stem drifts otherwise than before.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct DriftChange {
    /// The frame of the reference from which on the new drift holds.
    pub at_samples: f64,
    /// The drift from there on, in frames in a million.
    pub drift_ppm: f64,
}

/// The answer for one stem.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StemAlignment {
    /// Whether to move it.
    pub decision: Decision,
    /// The stem that it is compared with: the reference of its group. None when it shares its
    /// source with no other.
    pub reference: Option<usize>,
    /// Frames at the session rate by which its events come after the reference's, at frame 0 of the
    /// reference; negative when they come before. None when nothing is known.
    pub late_samples: Option<f64>,
    /// One standard deviation of `late_samples`.
    pub late_uncertainty: f64,
    /// −1 when it is inverted against the reference; a stem that is moved is turned over too.
    pub polarity: i8,
    /// How much more it falls behind, in frames in a million; where that changes, up to the first
    /// change.
    pub drift_ppm: f64,
    /// Where its clock changed its drift, in the order of time; mostly empty.
    pub drift_changes: Vec<DriftChange>,
    /// One standard deviation of `drift_ppm`.
    pub drift_uncertainty_ppm: f64,
    /// The chance, 0 to 1, that `late_samples` is right, as calibrated on generated cases. 0 when
    /// nothing is known.
    pub confidence: f64,
    /// The correlation around the offset; none when there is nothing to see.
    pub correlation: Option<Correlation>,
    /// Why, starting with one word for the cause where it was left: `in_session`, `effect_return`,
    /// `mutual_bleed`, `unrelated`, `ambiguous`, `unsure`, `too_short`, `silent`, `stopped`.
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

    /// Whether it shares its sound with another stem at a known offset, and stays all the same: its
    /// reason says why.
    pub fn stays(&self) -> bool {
        let causes = ["in_session", "effect_return", "mutual_bleed"];
        self.reason.split_once(':').is_some_and(|(cause, _)| causes.contains(&cause))
    }

    /// What putting it in time takes; nothing for a stem that is left.
    pub fn movement(&self) -> Move {
        if self.decision == Decision::Moved { self.in_time() } else { Move::NONE }
    }

    /// How it lies against its reference, whether it is to be moved or lies right already; nothing
    /// where nothing is known.
    pub(crate) fn in_time(&self) -> Move {
        self.warp().map_or(Move::NONE, |warp| Move { warp, polarity: self.polarity })
    }

    fn warp(&self) -> Option<Warp> {
        let changes = self.drift_changes.iter().map(|change| (change.at_samples, change.drift_ppm * 1e-6)).collect();
        self.late_samples.map(|late| Warp { start: late, drift: self.drift_ppm * 1e-6, changes })
    }

    /// Frames by which it is late when its reference is at frame `at`.
    pub fn late_at(&self, at: f64) -> Option<f64> {
        self.warp().map(|warp| warp.input(at) - at)
    }
}

/// The answer for a session.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Alignment {
    /// The reference of the largest group of stems that share a source (of equals, the first). None
    /// when no two do.
    pub reference: Option<usize>,
    /// One answer a stem, in the order given.
    pub stems: Vec<StemAlignment>,
}

impl Alignment {
    /// What putting every stem in time takes.
    pub fn moves(&self) -> Vec<Move> {
        self.stems.iter().map(StemAlignment::movement).collect()
    }

    /// How many stems are to be moved.
    pub fn moved(&self) -> usize {
        self.stems.iter().filter(|stem| stem.decision == Decision::Moved).count()
    }
}
