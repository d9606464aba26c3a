//! The result document of a cleanup.

use crate::job::JobId;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Outcome of a cleanup.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CleanupStatus {
    /// Everything was done.
    #[default]
    Completed,
    /// Some items failed.
    CompletedWithErrors,
    /// It was refused, or could not start.
    Failed,
    /// It was cancelled or exceeded its time limit, and did not finish.
    Cancelled,
}

/// A job whose worker was dead or hung.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CleanedJob {
    /// The job.
    pub job_id: JobId,
    /// Its type.
    pub job_type: String,
    /// Its state afterwards; in a dry run, its current state.
    pub status: String,
    /// Minutes without a heartbeat that its type allows.
    pub timeout_minutes: f64,
    /// Minutes since its attempt began.
    pub elapsed_minutes: f64,
}

/// Actions of a cleanup; in a dry run, those that it would have taken.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CleanupDocument {
    /// Outcome of the cleanup.
    pub status: CleanupStatus,
    /// Jobs taken from dead or hung workers.
    pub cleaned_jobs: u64,
    /// Details of each of them.
    pub cleaned_job_details: Vec<CleanedJob>,
    /// Ended jobs deleted.
    pub old_jobs_deleted: u64,
    /// Results deleted.
    pub results_deleted: u64,
    /// Bytes of results freed.
    pub bytes_freed: u64,
    /// Lines of the history deleted.
    pub history_deleted: u64,
    /// Lines of the import log deleted.
    pub imports_deleted: u64,
    /// Leftovers deleted.
    pub orphans_deleted: u64,
    /// Damaged records set aside.
    pub quarantined: u64,
    /// Errors of items that failed.
    pub errors: Vec<String>,
}

impl CleanupDocument {
    /// Returns the document of a cleanup that did nothing.
    pub fn refused(why: impl Into<String>) -> Self {
        Self { status: CleanupStatus::Failed, errors: vec![why.into()], ..Self::default() }
    }

    /// Records an error; the cleanup continues with the other items.
    pub(super) fn failed(&mut self, error: &impl ToString) {
        self.errors.push(error.to_string());
        if self.status == CleanupStatus::Completed {
            self.status = CleanupStatus::CompletedWithErrors;
        }
    }

    /// Returns the document as JSON.
    pub fn to_json(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}
