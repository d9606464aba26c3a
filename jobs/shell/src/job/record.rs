//! The record of a job: its fields, their values, and its creation.

use super::digest::hex_digest;
use super::error::JobError;
use super::id::{JobId, SessionId};
use super::life::Life;
use super::state::{State, shows_stages};
use crate::clock::BootTime;
use crate::kinds::{Kind, Mix};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Version of the record format.
pub const SCHEMA: u32 = 1;

/// A job: the contents of its file, written by the layout in `document.rs`.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Version of the format: [`SCHEMA`].
    pub schema: u32,
    /// The job's id.
    pub job_id: JobId,
    /// The session that it belongs to.
    pub session_id: SessionId,
    /// Its type.
    pub kind: Kind,
    /// The part of its life.
    pub life: Life,
    /// Its stage, one of its type's; only while it runs.
    pub stage: Option<&'static str>,
    /// Percent done; 100 when complete, and only then.
    pub progress: u8,
    /// Message for users.
    pub message: String,
    /// Reason for its failure, in state error.
    pub error: Option<JobError>,
    /// Time of submission.
    pub created_at: Timestamp,
    /// Time of the last change.
    pub updated_at: Timestamp,
    /// Start of this attempt.
    pub started_at: Option<Timestamp>,
    /// Time of its end.
    pub finished_at: Option<Timestamp>,
    /// Number of this attempt; 0 before the first.
    pub attempt: u32,
    /// Largest number of attempts.
    pub max_attempts: u32,
    /// Number of rewrites.
    pub rev: u64,
    /// Lease of the worker that has it.
    pub lease: Option<Lease>,
    /// Time of the request for cancellation.
    pub cancel_requested_at: Option<Timestamp>,
    /// Key by which a repeated submission is recognised.
    pub idempotency: Option<Idempotency>,
    /// Its result. Set in the last stage just before files move, so that a rescue can finish the
    /// move.
    pub result: Option<JobResult>,
    /// Data specific to the job's type: config, visual data, meters.
    pub extra: Map<String, Value>,
    /// Fields of other versions.
    pub unknown: Map<String, Value>,
}

impl Record {
    /// Returns the state that documents show.
    pub fn state(&self) -> State {
        State::of(&self.kind, self.life, self.stage)
    }

    /// Returns the stage that documents show in a field of its own.
    pub fn own_stage(&self) -> Option<&'static str> {
        self.stage.filter(|_| !shows_stages(&self.kind))
    }

    /// Returns the name of its stage, or else of the part of its life.
    pub fn stage_name(&self) -> &'static str {
        self.stage.unwrap_or(self.life.name())
    }
}

/// The lease of the worker that has a job. The lock on the lease's file decides who has the job;
/// this decides whose writes are accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// Unique token of this claim.
    pub token: String,
    /// The process, for people.
    pub worker: String,
    /// Time of the last heartbeat.
    pub heartbeat_at: Timestamp,
    /// The same on the monotonic clock: this decides whether the worker hangs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heartbeat_boot: Option<BootTime>,
    /// Fields of other versions.
    #[serde(flatten)]
    pub unknown: Map<String, Value>,
}

/// Key by which a repeated submission is recognised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Idempotency {
    /// Key given by the submitter.
    pub key: String,
    /// Hash of the request.
    pub fingerprint: String,
    /// Fields of other versions.
    #[serde(flatten)]
    pub unknown: Map<String, Value>,
}

/// Result of a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobResult {
    /// The file, relative to the storage folder.
    pub path: String,
    /// Length in bytes.
    pub bytes: u64,
    /// SHA-256 of its bytes, 64 hexadecimal digits.
    pub sha256: String,
    /// Fields of other versions.
    #[serde(flatten)]
    pub unknown: Map<String, Value>,
}

impl JobResult {
    /// Creates a result.
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
    /// Its session.
    pub session_id: SessionId,
    /// Name of its type.
    pub kind: &'static str,
    /// Key by which a repeated submission is recognised.
    pub key: Option<String>,
    /// The request and other data of its type; a fingerprint is taken of `config` and of the hashes
    /// in `stems`.
    pub extra: Map<String, Value>,
}

impl NewJob {
    /// Creates a mix of a session document.
    pub fn mix(session_id: SessionId, config: Value) -> Self {
        Self { session_id, kind: Mix::NAME, key: None, extra: Map::from_iter([("config".into(), config)]) }
    }

    /// Returns the initial record of the job; `kind` is the type of its name.
    pub fn into_record(self, kind: &Kind, job_id: JobId, now: Timestamp, max_attempts: u32) -> Record {
        let print = fingerprint(kind.name(), &self.session_id, &self.extra);
        Record {
            schema: SCHEMA,
            job_id,
            session_id: self.session_id,
            kind: kind.clone(),
            life: Life::Queued,
            stage: None,
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

/// Returns a hash that distinguishes requests.
pub fn fingerprint(kind: &str, session: &SessionId, extra: &Map<String, Value>) -> String {
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
