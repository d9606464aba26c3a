//! The contract of a type of job.

use super::expiry::Expiry;
use crate::job::{JobError, JobId, SessionId};
use serde_json::{Map, Value};
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Duration;

/// A type of job. One with only a name, a retention and a time-out is read from records and
/// settings, but cannot be queued.
pub trait JobKind: Send + Sync {
    /// Returns its name in records and in `mixdown.toml`: lower-case letters and underscores.
    fn name(&self) -> &'static str;

    /// Returns the stages of a run, in their order. A result is put in place in the last one.
    fn stages(&self) -> &'static [&'static str] {
        &[]
    }

    /// Returns how long ended jobs are kept by default.
    fn expiry(&self) -> Expiry {
        Expiry::SHORT
    }

    /// Returns the time without a heartbeat after which a worker counts as hung by default.
    fn hung_after(&self) -> Duration;

    /// Returns the party that queues such jobs.
    fn queued_by(&self) -> QueuedBy {
        QueuedBy::None
    }

    /// Returns true if a complete job owns the result of its session: a master and files beside it.
    /// Its last stage must then be the one in which they are put in place.
    fn has_result(&self) -> bool {
        false
    }

    /// Runs a job to its end. Files of a result are written to the staging folder.
    ///
    /// # Errors
    /// When it fails, or was stopped.
    fn run(&self, _run: &mut Run<'_>) -> Result<(), RunError> {
        let detail = format!("jobs of type {}: this version has nothing that runs them", self.name());
        Err(RunError::Failed(JobError::new("NO_RUNNER", detail)))
    }
}

/// The party that queues jobs of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueuedBy {
    /// Any user; workers run the jobs.
    Users,
    /// The shell, for its own upkeep; the process that queues a job also runs it.
    Shell,
    /// None: this version has no code for such jobs.
    None,
}

/// A job while it runs. What a type needs beside, as the store, it is created with.
pub struct Run<'a> {
    /// The job's id.
    pub job_id: &'a JobId,
    /// The session that it belongs to.
    pub session_id: &'a SessionId,
    /// Number of this attempt, from 1.
    pub attempt: u32,
    /// Its request and other data of its type: the record's `extra` at the start.
    pub request: &'a Map<String, Value>,
    /// Limits of a process that works for it.
    pub limits: Limits,
    /// The empty folder for the files of its result; an empty path for a type without results.
    pub staging: &'a Path,
    /// Data to add to the record's `extra`, however the job ends.
    pub extra: &'a mut Map<String, Value>,
    /// Function that receives the progress and returns whether to continue. To be called at least
    /// four times a second, so that a request to stop is noticed.
    pub watch: &'a mut dyn FnMut(Signal) -> ControlFlow<()>,
}

/// Limits of a process that works for a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Largest memory, in MiB.
    pub memory_mb: u64,
    /// Longest time.
    pub time: Duration,
}

/// Signal of a running job.
#[derive(Clone, Copy, Debug)]
pub enum Signal {
    /// The job is alive.
    Heartbeat,
    /// Progress of the job.
    Progress {
        /// Its stage; `None` before the first.
        stage: Option<&'static str>,
        /// Percent done, 0 to 99.
        percent: u8,
        /// Message for users.
        message: &'static str,
    },
}

/// End of a run without a result.
#[derive(Clone, Debug)]
pub enum RunError {
    /// The run stopped on request.
    Stopped,
    /// The run failed.
    Failed(JobError),
}
