//! Workers: they take jobs, run them, say how far they are, and put results in place.

mod child;
mod process_runner;
mod run;
mod serve;

pub use child::{ChildRequest, render_child};
pub use process_runner::ProcessRunner;
pub use run::Worker;
pub use serve::{Event, Service};

use crate::jobs::{JobError, JobType, Record};
use mixdown_engine::render::Progress;
use serde_json::{Map, Value};
use std::ops::ControlFlow;
use std::path::Path;

/// What a running job says.
#[derive(Clone, Copy, Debug)]
pub enum Sign {
    /// It lives. Given at least four times a second, so that a wish to stop is heard.
    Alive,
    /// It is here now.
    At(Progress),
}

/// How a run ends without a result.
#[derive(Clone, Debug)]
pub enum RunError {
    /// It was told to stop, and did.
    Stopped,
    /// It failed.
    Failed(JobError),
}

/// Does the work of jobs.
pub trait Runner: Send + Sync {
    /// Whether it can do jobs of a type.
    fn handles(&self, kind: JobType) -> bool;

    /// Does a job: files go into the empty folder `staging`, `watch` hears how far it is and
    /// answers whether to go on. Returns what is to be added to the record's `extra`.
    ///
    /// # Errors
    /// When it fails, or was stopped.
    fn run(
        &self,
        job: &Record,
        staging: &Path,
        watch: &mut dyn FnMut(Sign) -> ControlFlow<()>,
    ) -> Result<Map<String, Value>, RunError>;
}
