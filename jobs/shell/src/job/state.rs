//! The states of a job, and the only table of transitions between them.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// State of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Waits for a worker.
    Queued,
    /// A worker has it.
    Running,
    /// Stems are opened.
    LoadingStems,
    /// Stems are compared.
    AligningStems,
    /// Tracks are decoded and processed.
    ProcessingTracks,
    /// Tracks are summed.
    Mixing,
    /// The sum is mastered and measured.
    Mastering,
    /// Results are written and put in place.
    Exporting,
    /// Done, with its result. Ended.
    Complete,
    /// Failed. Ended.
    Error,
    /// Cancelled on request. Ended.
    Cancelled,
}

/// Originator of a transition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Actor {
    /// The worker that holds the lease.
    Worker,
    /// A process that finds the worker dead.
    Rescue,
    /// A user who no longer wants the job.
    Cancel,
    /// A user who wants another attempt after an end without a result.
    Retry,
}

use Actor::{Cancel, Rescue, Retry, Worker};
use State::{
    AligningStems, Cancelled, Complete, Error, Exporting, LoadingStems, Mastering, Mixing, ProcessingTracks, Queued,
    Running,
};

/// All transitions between states. A worker may skip stages, but never move back, except when it
/// stops gracefully and returns the job to the queue. Ended jobs do not change, except for a retry,
/// which is a new attempt.
#[rustfmt::skip]
pub const TRANSITIONS: &[(State, &[State], Actor)] = &[
    (Queued,           &[Running], Worker),
    (Queued,           &[Cancelled], Cancel),
    (Running,          &[LoadingStems, AligningStems, ProcessingTracks, Mixing, Mastering, Exporting, Complete, Queued, Error, Cancelled], Worker),
    (LoadingStems,     &[AligningStems, ProcessingTracks, Mixing, Mastering, Exporting, Queued, Error, Cancelled], Worker),
    (AligningStems,    &[ProcessingTracks, Mixing, Mastering, Exporting, Queued, Error, Cancelled], Worker),
    (ProcessingTracks, &[Mixing, Mastering, Exporting, Queued, Error, Cancelled], Worker),
    (Mixing,           &[Mastering, Exporting, Queued, Error, Cancelled], Worker),
    (Mastering,        &[Exporting, Queued, Error, Cancelled], Worker),
    (Exporting,        &[Complete, Queued, Error, Cancelled], Worker),
    (Running,          &[Queued, Error, Cancelled], Rescue),
    (LoadingStems,     &[Queued, Error, Cancelled], Rescue),
    (AligningStems,    &[Queued, Error, Cancelled], Rescue),
    (ProcessingTracks, &[Queued, Error, Cancelled], Rescue),
    (Mixing,           &[Queued, Error, Cancelled], Rescue),
    (Mastering,        &[Queued, Error, Cancelled], Rescue),
    (Exporting,        &[Queued, Error, Cancelled, Complete], Rescue),
    (Error,            &[Queued], Retry),
    (Cancelled,        &[Queued], Retry),
];

/// A transition that the table does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a job that is {from} cannot become {to}")]
pub struct IllegalTransition {
    /// State of the job.
    pub from: State,
    /// Requested state.
    pub to: State,
}

/// A text that is not a valid state.
#[derive(Clone, Debug, Error)]
#[error("{0:?} is no state of a job")]
pub struct UnknownState(String);

impl State {
    /// Every state, in the order of a job's life.
    pub const ALL: [Self; 11] = [
        Queued,
        Running,
        LoadingStems,
        AligningStems,
        ProcessingTracks,
        Mixing,
        Mastering,
        Exporting,
        Complete,
        Error,
        Cancelled,
    ];

    /// Returns true if the job has ended.
    pub fn is_ended(self) -> bool {
        matches!(self, Complete | Error | Cancelled)
    }

    /// Returns true if a worker has, or had, the job.
    pub fn is_active(self) -> bool {
        !self.is_ended() && self != Queued
    }

    /// Checks that an originator may move a job to another state.
    ///
    /// # Errors
    /// When the table does not have that transition.
    pub fn check(self, to: Self, by: Actor) -> Result<(), IllegalTransition> {
        let legal = TRANSITIONS.iter().any(|(from, ways, who)| *from == self && *who == by && ways.contains(&to));
        if legal { Ok(()) } else { Err(IllegalTransition { from: self, to }) }
    }

    /// Returns the state's name in records.
    pub fn name(self) -> &'static str {
        match self {
            Queued => "queued",
            Running => "running",
            LoadingStems => "loading_stems",
            AligningStems => "aligning_stems",
            ProcessingTracks => "processing_tracks",
            Mixing => "mixing",
            Mastering => "mastering",
            Exporting => "exporting",
            Complete => "complete",
            Error => "error",
            Cancelled => "cancelled",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for State {
    type Err = UnknownState;
    fn from_str(text: &str) -> Result<Self, UnknownState> {
        Self::ALL.into_iter().find(|state| state.name() == text).ok_or_else(|| UnknownState(text.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_written_as_it_is_named_and_nothing_else_parses() {
        for state in State::ALL {
            assert_eq!(serde_json::to_value(state).unwrap(), state.name());
            assert_eq!(state.name().parse::<State>().unwrap(), state);
        }
        for text in ["Queued", "done", "", "complete "] {
            assert!(serde_json::from_value::<State>(text.into()).is_err());
        }
    }

    #[test]
    fn only_a_retry_leaves_an_ended_state_and_none_leaves_complete() {
        for (from, _, by) in TRANSITIONS {
            assert!(!from.is_ended() || *by == Retry, "{from}");
            assert_ne!(*from, Complete);
        }
    }

    #[test]
    fn a_worker_never_takes_a_job_to_an_earlier_stage() {
        for (from, ways, _) in TRANSITIONS {
            assert!(ways.iter().all(|to| *to > *from || *to == Queued), "{from}");
        }
    }
}
