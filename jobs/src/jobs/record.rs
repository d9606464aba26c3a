//! The record of a job: what is kept, what may be said in it, how it moves.

use super::digest::hex_digest;
use super::id::{JobId, SessionId};
use super::kind::JobType;
use super::state::State;
use crate::clock::BootTime;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The version of the record's form.
pub const SCHEMA: u32 = 1;

/// A job, as its file has it. Fields that this version does not know survive a rewrite.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Version of the form: [`SCHEMA`].
    pub schema: u32,
    /// The job's name.
    pub job_id: JobId,
    /// The session that it belongs to.
    pub session_id: SessionId,
    /// What it does.
    #[serde(rename = "type")]
    pub kind: JobType,
    /// Where it is.
    pub state: State,
    /// Percent done; 100 when complete, and only then.
    pub progress: u8,
    /// What people read.
    pub message: String,
    /// Why it failed, in state error.
    pub error: Option<JobError>,
    /// When it was submitted.
    pub created_at: Timestamp,
    /// When anything of it last changed.
    pub updated_at: Timestamp,
    /// When this attempt began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// Which attempt this is; 0 before the first.
    pub attempt: u32,
    /// The attempts it may have.
    pub max_attempts: u32,
    /// Counts the rewrites.
    pub rev: u64,
    /// Who has it.
    pub lease: Option<Lease>,
    /// When somebody asked for its end.
    pub cancel_requested_at: Option<Timestamp>,
    /// What makes a repeated submission the same job.
    pub idempotency: Option<Idempotency>,
    /// What came out. Set in state exporting just before files move, so that a rescue can finish
    /// the move.
    pub result: Option<JobResult>,
    /// What the job's type needs beside: config, visual data, meters.
    #[serde(default)]
    pub extra: Map<String, Value>,
    /// Fields of other versions.
    #[serde(flatten)]
    pub unknown: Map<String, Value>,
}

/// Why a job failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobError {
    /// For programs: `RENDER_FAILED`, `WORKER_DIED` …
    pub code: String,
    /// For people: what is wrong and what to do.
    pub detail: String,
    /// Fields of other versions.
    #[serde(flatten)]
    pub unknown: Map<String, Value>,
}

/// The note of the worker that has a job. What counts is the lock on the lease's file; this says
/// whose writes are taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// Names this claim, and no other.
    pub token: String,
    /// The process, for people.
    pub worker: String,
    /// The last sign of life.
    pub heartbeat_at: Timestamp,
    /// The same on the clock that does not jump: what decides whether the worker hangs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heartbeat_boot: Option<BootTime>,
    /// Fields of other versions.
    #[serde(flatten)]
    pub unknown: Map<String, Value>,
}

/// What makes a repeated submission the same job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Idempotency {
    /// The submitter's key.
    pub key: String,
    /// Hash of the request.
    pub fingerprint: String,
    /// Fields of other versions.
    #[serde(flatten)]
    pub unknown: Map<String, Value>,
}

/// What came out of a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobResult {
    /// The file, from the storage folder on.
    pub path: String,
    /// Its length.
    pub bytes: u64,
    /// SHA-256 of its bytes, 64 hexadecimal digits.
    pub sha256: String,
    /// Fields of other versions.
    #[serde(flatten)]
    pub unknown: Map<String, Value>,
}

impl JobError {
    /// An error.
    pub fn new(code: &str, detail: impl Into<String>) -> Self {
        Self { code: code.into(), detail: detail.into(), unknown: Map::new() }
    }
}

impl JobResult {
    /// A result.
    pub fn new(path: String, bytes: u64, sha256: String) -> Self {
        Self { path, bytes, sha256, unknown: Map::new() }
    }

    /// Returns the name of the file.
    pub fn file_name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }
}

/// A job to be submitted.
#[derive(Clone, Debug)]
pub struct NewJob {
    /// Whose it is.
    pub session_id: SessionId,
    /// What it does.
    pub kind: JobType,
    /// What makes a repeated submission the same job.
    pub key: Option<String>,
    /// The request and whatever else its type needs; a fingerprint is taken of `config` and of the
    /// hashes in `stems`.
    pub extra: Map<String, Value>,
}

impl NewJob {
    /// A mix of a session document.
    pub fn mix(session_id: SessionId, config: Value) -> Self {
        Self { session_id, kind: JobType::Mix, key: None, extra: Map::from_iter([("config".into(), config)]) }
    }

    /// The record that the job begins with.
    pub fn into_record(self, job_id: JobId, now: Timestamp, max_attempts: u32) -> Record {
        let print = fingerprint(self.kind, &self.session_id, &self.extra);
        Record {
            schema: SCHEMA,
            job_id,
            session_id: self.session_id,
            kind: self.kind,
            state: State::Queued,
            progress: 0,
            message: "Queued".into(),
            error: None,
            created_at: now,
            updated_at: now,
            started_at: None,
            finished_at: None,
            attempt: 0,
            max_attempts,
            rev: 1,
            lease: None,
            cancel_requested_at: None,
            idempotency: self.key.map(|key| Idempotency { key, fingerprint: print, unknown: Map::new() }),
            result: None,
            extra: self.extra,
            unknown: Map::new(),
        }
    }
}

/// The hash that tells one request from another.
pub fn fingerprint(kind: JobType, session: &SessionId, extra: &Map<String, Value>) -> String {
    let hashes = |stems: &Value| -> Vec<Value> {
        stems.as_array().into_iter().flatten().map(|stem| stem["blake3"].clone()).collect()
    };
    let config = extra.get("config");
    let request = match extra.get("stems") {
        Some(stems) => serde_json::json!([kind, session, config, hashes(stems)]),
        None => serde_json::json!([kind, session, config]),
    };
    hex_digest(request.to_string().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_bytes_in_a_stem_make_another_request() {
        let print = |hash: &str| {
            let mut job = NewJob::mix("song".parse().unwrap(), Value::Null);
            job.extra.insert("stems".into(), serde_json::json!([{ "path": "/a.wav", "blake3": hash }]));
            fingerprint(job.kind, &job.session_id, &job.extra)
        };
        assert_eq!(print("00"), print("00"));
        assert_ne!(print("00"), print("01"));
    }
}
