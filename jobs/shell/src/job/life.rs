//! The life of a job, and the only table of transitions in it.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// Part of a job's life. A type of job may divide `Running` into stages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Life {
    /// Waits for a worker.
    Queued,
    /// A worker has it, or had it and died.
    Running,
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
use Life::{Cancelled, Complete, Error, Queued, Running};

/// All transitions. A worker that stops gracefully returns its job to the queue. Ended jobs do not
/// change, except for a retry, which is a new attempt.
#[rustfmt::skip]
pub const TRANSITIONS: &[(Life, &[Life], Actor)] = &[
    (Queued,    &[Running], Worker),
    (Queued,    &[Cancelled], Cancel),
    (Running,   &[Complete, Queued, Error, Cancelled], Worker),
    (Running,   &[Complete, Queued, Error, Cancelled], Rescue),
    (Error,     &[Queued], Retry),
    (Cancelled, &[Queued], Retry),
];

/// A step that a job cannot take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a job that is {from} cannot become {to}")]
pub struct IllegalTransition {
    /// Life or stage of the job.
    pub from: &'static str,
    /// Requested life or stage.
    pub to: &'static str,
}

/// A text that names no part of a job's life.
#[derive(Clone, Debug, Error)]
#[error("{0:?} is not a state of a job")]
pub struct UnknownLife(String);

impl Life {
    /// Every part, in the order of a job's life.
    pub const ALL: [Self; 5] = [Queued, Running, Complete, Error, Cancelled];

    /// Returns true if the job has ended.
    pub fn is_ended(self) -> bool {
        matches!(self, Complete | Error | Cancelled)
    }

    /// Returns true if a worker has, or had, the job.
    pub fn is_running(self) -> bool {
        self == Running
    }

    /// Checks that the table has a transition.
    ///
    /// # Errors
    /// When it has not.
    pub fn check(self, to: Self, by: Actor) -> Result<(), IllegalTransition> {
        let legal = TRANSITIONS.iter().any(|(from, ways, who)| *from == self && *who == by && ways.contains(&to));
        if legal { Ok(()) } else { Err(IllegalTransition { from: self.name(), to: to.name() }) }
    }

    /// Returns its name in records.
    pub fn name(self) -> &'static str {
        match self {
            Queued => "queued",
            Running => "running",
            Complete => "complete",
            Error => "error",
            Cancelled => "cancelled",
        }
    }
}

impl fmt::Display for Life {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Life {
    type Err = UnknownLife;
    fn from_str(text: &str) -> Result<Self, UnknownLife> {
        Self::ALL.into_iter().find(|life| life.name() == text).ok_or_else(|| UnknownLife(text.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_life_is_written_as_it_is_named_and_nothing_else_parses() {
        for life in Life::ALL {
            assert_eq!(serde_json::to_value(life).unwrap(), life.name());
            assert_eq!(life.name().parse::<Life>().unwrap(), life);
        }
        for text in ["Queued", "done", "", "complete ", "mixing"] {
            assert!(serde_json::from_value::<Life>(text.into()).is_err());
        }
    }

    #[test]
    fn only_a_retry_leaves_an_ended_job_and_none_leaves_a_complete_one() {
        for (from, _, by) in TRANSITIONS {
            assert!(!from.is_ended() || *by == Retry, "{from}");
            assert_ne!(*from, Complete);
        }
    }
}
