//! Workers: they claim jobs, run them, report progress, and put results in place.

mod child;
mod process_runner;
mod run;
mod serve;

pub use child::{ChildRequest, render_child};
pub use process_runner::ProcessRunner;
pub use run::Worker;
pub use serve::{Event, Service};

use crate::job::{JobError, JobType, Record};
use mixdown_engine::render::Progress;
use serde_json::{Map, Value};
use std::ops::ControlFlow;
use std::path::Path;

/// Signal of a running job.
#[derive(Clone, Copy, Debug)]
pub enum JobSignal {
    /// The job is alive. Sent at least four times a second, so that a request to stop is noticed.
    Heartbeat,
    /// Progress of the job.
    Progress(Progress),
}

/// End of a run without a result.
#[derive(Clone, Debug)]
pub enum RunError {
    /// The run stopped on request.
    Stopped,
    /// The run failed.
    Failed(JobError),
}

/// Executes jobs.
pub trait Runner: Send + Sync {
    /// Returns true if it can run jobs of this type.
    fn handles(&self, kind: JobType) -> bool;

    /// Runs a job: writes files to the empty folder `staging`, and calls `watch`, which receives
    /// the progress and returns whether to continue. Returns the data to add to the record's
    /// `extra`.
    ///
    /// # Errors
    /// When it fails, or was stopped.
    fn run(
        &self,
        job: &Record,
        staging: &Path,
        watch: &mut dyn FnMut(JobSignal) -> ControlFlow<()>,
    ) -> Result<Map<String, Value>, RunError>;
}
