//! Mixes: renders of a session to a master, each in a process of its own.

mod child;
mod request;
mod stages;

pub use child::render_child;
pub use request::{MixError, hash_stems, mix_job};

use super::child::{ChildProcess, Program};
use super::expiry::Expiry;
use super::job_kind::{JobKind, QueuedBy, Run, RunError, Signal};
use crate::job::JobError;
use child::{ChildRequest, progress};
use serde_json::Value;
use std::path::PathBuf;
use std::time::Duration;

/// Renders the session in `extra.config` to a master.
#[derive(Clone, Debug, Default)]
pub struct Mix {
    /// The program of the process, with arguments that make it call [`render_child`]. Without one,
    /// mixes can be queued but not run.
    program: Option<Program>,
}

impl Mix {
    /// Name in records.
    pub const NAME: &str = "mix";

    /// Returns the progress of a job at a fraction of a phase of its render; `None` for another
    /// phase.
    pub fn signal(phase: &str, fraction: f64) -> Option<Signal> {
        progress(phase, fraction)
    }

    /// Creates the type for a worker: `program` is called with `arguments` and must then call
    /// [`render_child`].
    pub fn rendered_by(program: PathBuf, arguments: &[&str]) -> Self {
        Self { program: Some((program, arguments.iter().map(|&argument| argument.to_owned()).collect())) }
    }
}

impl JobKind for Mix {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn stages(&self) -> &'static [&'static str] {
        &stages::STAGES
    }

    fn expiry(&self) -> Expiry {
        Expiry::RESULT
    }

    fn hung_after(&self) -> Duration {
        Duration::from_secs(30 * 60)
    }

    fn queued_by(&self) -> QueuedBy {
        QueuedBy::Users
    }

    fn has_result(&self) -> bool {
        true
    }

    fn run(&self, run: &mut Run<'_>) -> Result<(), RunError> {
        let Some(program) = &self.program else {
            let detail = "this program cannot render; let `mixdown jobs run` work the queue";
            return Err(RunError::Failed(JobError::new("RENDER_FAILED", detail)));
        };
        let staging = std::path::absolute(run.staging).unwrap_or_else(|_| run.staging.to_path_buf());
        let stems = run.request.get("stems").and_then(Value::as_array).into_iter().flatten();
        let request = ChildRequest {
            session: run.request.get("config").cloned().unwrap_or_default(),
            staging,
            stems: stems.map(|stem| stem["blake3"].as_str().unwrap_or_default().to_owned()).collect(),
        };
        let child = ChildProcess { program, limits: run.limits, work: "render" };
        run.extra.extend(child.run(&request, &progress, run.watch)?);
        Ok(())
    }
}
