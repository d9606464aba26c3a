//! Mixes: renders of a session to a master, each in a process of its own.

mod child;
mod request;
mod stages;

pub use child::render_child;
pub use request::{MixError, hash_stems, mix_job};

use super::child::{ChildProcess, Program};
use super::expiry::Expiry;
use super::job_kind::{JobKind, QueuedBy, Run, RunError};
use crate::job::JobError;
use child::{ChildRequest, progress};
use serde_json::Value;
use std::time::Duration;

/// Renders the session in `extra.config` to a master.
#[derive(Clone, Debug, Default)]
pub struct Mix {
    /// The program of the process. Without one, mixes can be queued but not run.
    program: Option<Program>,
}

impl Mix {
    /// Name in records.
    pub const NAME: &str = "mix";

    /// Creates the type for a worker. Its program calls [`render_child`], or acts as one that does.
    pub fn run_by(program: Program) -> Self {
        Self { program: Some(program) }
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
        let order_id = format!("{}.{}", run.job_id, run.attempt);
        let child = ChildProcess { program, limits: run.limits, work: "render", order_id };
        run.extra.extend(child.run(&request, &progress, run.watch)?);
        Ok(())
    }
}
