//! Cleanups: jobs that the shell queues for itself, so that their progress shows and they can be
//! cancelled.

use super::job_kind::{JobKind, QueuedBy, Run, RunError, Signal};
use crate::cleanup::{CleanupDocument, CleanupStatus};
use crate::job::JobError;
use std::time::Duration;

/// Deletes expired jobs and leftovers, and leaves its document as `extra.cleanup`.
#[derive(Clone, Copy, Default)]
pub struct Cleanup<'a> {
    /// The cleanup of a store. Without one, cleanups can be read but not run.
    clean: Option<&'a Clean<'a>>,
}

/// A cleanup: it receives a function that takes the percent done and returns true to stop.
type Clean<'a> = dyn Fn(&mut dyn FnMut(u8) -> bool) -> CleanupDocument + Send + Sync + 'a;

impl<'a> Cleanup<'a> {
    /// Name in records.
    pub const NAME: &'static str = "cleanup";

    /// Creates the type for the process that clears up.
    pub fn by(clean: &'a Clean<'a>) -> Self {
        Self { clean: Some(clean) }
    }
}

impl JobKind for Cleanup<'_> {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn hung_after(&self) -> Duration {
        Duration::from_secs(5 * 60)
    }

    fn queued_by(&self) -> QueuedBy {
        QueuedBy::Shell
    }

    fn run(&self, run: &mut Run<'_>) -> Result<(), RunError> {
        let Some(clean) = self.clean else {
            let detail = "cleanups run in the process that queues them";
            return Err(RunError::Failed(JobError::new("CLEANUP_FAILED", detail)));
        };
        let document = clean(&mut |percent| {
            (run.watch)(Signal::Progress { stage: None, percent, message: "Clearing up" }).is_break()
        });
        run.extra.insert("cleanup".into(), document.to_json());
        match document.status {
            CleanupStatus::Completed | CleanupStatus::CompletedWithErrors => Ok(()),
            CleanupStatus::Cancelled => Err(RunError::Stopped),
            CleanupStatus::Failed => Err(RunError::Failed(JobError::new("CLEANUP_FAILED", document.errors.join("; ")))),
        }
    }
}
