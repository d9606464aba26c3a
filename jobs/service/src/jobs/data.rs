//! The `data` of a job in answers.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// A job.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct JobData {
    /// The job's id.
    pub(crate) job_id: String,
    /// Its type: `mix`, `analysis`, `stem_mix`, `separation`, `notation`, `chain`, `cleanup`.
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    /// The session that it belongs to.
    pub(crate) session_id: String,
    /// Its state; of a mix that runs, its stage.
    pub(crate) state: &'static str,
    /// Its stage while it runs; null otherwise.
    pub(crate) stage: Option<&'static str>,
    /// Percent done, 0 to 100; 100 when complete, and only then.
    #[schema(maximum = 100)]
    pub(crate) progress: u8,
    /// A sentence for users.
    pub(crate) message: String,
    /// The reason for its failure, in state `error`; null otherwise.
    pub(crate) error: Option<String>,
    /// The code of that reason, such as `RENDER_FAILED`.
    pub(crate) error_code: Option<String>,
    /// Time of submission.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) created_at: Timestamp,
    /// Time of the last change.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) updated_at: Timestamp,
    /// Start of this attempt.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) started_at: Option<Timestamp>,
    /// Time of its end.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) finished_at: Option<Timestamp>,
    /// True if its cancellation was requested.
    pub(crate) cancel_requested: bool,
    /// Number of this attempt; 0 before the first.
    pub(crate) attempt: u32,
    /// Largest number of attempts.
    pub(crate) max_attempts: u32,
    /// Number of rewrites of its record.
    pub(crate) rev: u64,
    /// The master, as long as the result is this job's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) result_url: Option<String>,
    /// The files of its result, as long as the result is this job's.
    pub(crate) files: Vec<FileData>,
    /// The delivery of its callback, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) callback: Option<CallbackData>,
    /// The document of a cleanup.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub(crate) cleanup: Option<Value>,
    /// Findings of a job on the library: `separation` with its residual, counts of `notation`, the
    /// `stem_id` or `stem_ids` that it made, the `steps` of a chain.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub(crate) outcome: Option<Value>,
}

/// A file of a result.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct FileData {
    /// Its name.
    pub(crate) name: String,
    /// Its address.
    pub(crate) url: String,
    /// Its length in bytes.
    pub(crate) bytes: u64,
}

/// The delivery of a callback.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct CallbackData {
    /// The address.
    pub(crate) url: String,
    /// Number of attempts so far.
    pub(crate) attempts: u32,
    /// Time of the delivery.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) delivered_at: Option<Timestamp>,
    /// The reason for which the last attempt failed.
    pub(crate) last_error: Option<String>,
}
