//! Cleanups: jobs that the shell queues for itself, so that their progress shows and they can be
//! cancelled.

use super::job_kind::{JobKind, QueuedBy, Run, RunError, Signal};
use crate::cleanup::{CleanupOptions, CleanupStatus, clean};
use crate::job::JobError;
use std::time::Duration;

/// Deletes expired jobs and leftovers, and leaves its document as `extra.cleanup`.
#[derive(Clone, Debug, Default)]
pub struct Cleanup {
    /// Options of the cleanup.
    pub options: CleanupOptions,
}

impl Cleanup {
    /// Name in records.
    pub const NAME: &str = "cleanup";
}

impl JobKind for Cleanup {
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
        let document = clean(run.store, &self.options, &mut |percent| {
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
