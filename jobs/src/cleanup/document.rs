//! What a cleanup answers.

use crate::jobs::{JobId, JobType, State};
use serde::Serialize;
use serde_json::Value;

/// How a cleanup ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CleanupStatus {
    /// All was done.
    #[default]
    Completed,
    /// Some items failed.
    CompletedWithErrors,
    /// It was refused, or could not begin.
    Failed,
    /// It was told to stop, or took too long, and did not finish.
    Cancelled,
}

/// A job whose worker was gone or hung.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CleanedJob {
    /// The job.
    pub job_id: JobId,
    /// Its type.
    pub job_type: JobType,
    /// Its state afterwards; in a dry run, its state.
    pub status: State,
    /// Minutes without a sign of life that its type allows.
    pub timeout_minutes: f64,
    /// Minutes since its attempt began.
    pub elapsed_minutes: f64,
}

/// What a cleanup did; in a dry run, what it would have done.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CleanupDocument {
    /// How it ended.
    pub status: CleanupStatus,
    /// Jobs taken from workers that were gone or hung.
    pub cleaned_jobs: u64,
    /// Each of them.
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
    /// What failed, and why.
    pub errors: Vec<String>,
}

impl CleanupDocument {
    /// A cleanup that did nothing.
    pub fn refused(why: impl Into<String>) -> Self {
        Self { status: CleanupStatus::Failed, errors: vec![why.into()], ..Self::default() }
    }

    /// Notes what failed; the rest goes on.
    pub(super) fn failed(&mut self, error: &impl ToString) {
        self.errors.push(error.to_string());
        if self.status == CleanupStatus::Completed {
            self.status = CleanupStatus::CompletedWithErrors;
        }
    }

    /// The document as JSON.
    pub fn to_json(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}
