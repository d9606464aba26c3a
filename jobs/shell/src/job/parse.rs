//! From the bytes of a record's file to the record, with a check of its invariants.

use super::document::Document;
use super::id::{JobId, SessionId};
use super::life::Life;
use super::record::{Record, SCHEMA};
use super::state::shows_stages;
use crate::kinds::Kinds;
use serde::Deserialize;
use thiserror::Error;

/// Reason why bytes are not a valid record.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("no sound record: {0}")]
pub struct InvalidRecord(pub String);

/// Reason why a record cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ParseError {
    /// It is damaged.
    #[error(transparent)]
    Invalid(#[from] InvalidRecord),
    /// It was written by a newer version, and this one does not know its meaning.
    #[error("a newer version of mixdown wrote it ({0}): it is left alone")]
    Newer(String),
}

impl Record {
    /// Reads a record and checks its invariants; `job` and `session` are those of its path.
    ///
    /// # Errors
    /// When it is invalid, belongs to another job, violates an invariant, or was written by a newer
    /// version.
    pub fn parse(bytes: &[u8], session: &SessionId, job: &JobId, kinds: &Kinds) -> Result<Self, ParseError> {
        if let Some(what) = newer(bytes, session, job, kinds) {
            return Err(ParseError::Newer(what));
        }
        let document: Document<'_> = serde_json::from_slice(bytes).map_err(|error| InvalidRecord(error.to_string()))?;
        let record = document.into_record(kinds).map_err(InvalidRecord)?;
        if record.job_id != *job || record.session_id != *session {
            let names = format!("it names job {} of session {}", record.job_id, record.session_id);
            return Err(InvalidRecord(names).into());
        }
        match record.broken_promise() {
            Some(promise) => Err(InvalidRecord(format!("{promise} does not hold")).into()),
            None => Ok(record),
        }
    }

    fn broken_promise(&self) -> Option<&'static str> {
        let (life, ended, running) = (self.life, self.life.is_ended(), self.life.is_running());
        let promises = [
            (self.schema == SCHEMA, "schema is 1"),
            (self.progress <= 100, "progress is 0 to 100"),
            ((self.progress == 100) == (life == Life::Complete), "progress is 100 when complete and only then"),
            (self.error.is_some() == (life == Life::Error), "an error stands in state error and only there"),
            (self.finished_at.is_some() == ended, "a job that ended has a time of its end, and only such a job"),
            (running || self.stage.is_none(), "only a started job is in a stage"),
            (!running || self.started_at.is_some(), "a job that was started has the time of its start"),
            (!running || self.attempt > 0, "a job that was started is in an attempt"),
            (!running || self.lease.is_some(), "a started job has a lease"),
            (running || self.lease.is_none(), "only a started job has a lease"),
            (self.rev > 0, "rev counts from 1"),
            (self.max_attempts > 0, "there may be an attempt"),
            (self.attempt <= self.max_attempts, "attempts stay within their limit"),
            (life != Life::Complete || !self.kind.has_result() || self.result.is_some(), "a complete mix has a result"),
            (
                self.result.is_none() || life == Life::Complete || self.is_in_last_stage(),
                "a result stands at the end only",
            ),
        ];
        promises.into_iter().find(|(kept, _)| !kept).map(|(_, promise)| promise)
    }

    /// Returns the record as the bytes of its file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }
}

/// Returns the sign of a newer version in a record: a higher schema, or a type, state or stage that
/// this version does not have.
fn newer(bytes: &[u8], session: &SessionId, job: &JobId, kinds: &Kinds) -> Option<String> {
    #[derive(Deserialize)]
    struct Outline {
        schema: u64,
        job_id: JobId,
        session_id: SessionId,
        #[serde(rename = "type")]
        kind: String,
        state: String,
        #[serde(default)]
        stage: serde_json::Value,
    }
    let outline: Outline = serde_json::from_slice(bytes).ok()?;
    if outline.job_id != *job || outline.session_id != *session {
        return None;
    }
    if outline.schema > u64::from(SCHEMA) {
        return Some(format!("schema {}", outline.schema));
    }
    let Some(kind) = kinds.get(&outline.kind) else {
        return is_word(&outline.kind).then(|| format!("type {}", outline.kind));
    };
    if kinds.state(&outline.state).is_none() {
        return is_word(&outline.state).then(|| format!("state {}", outline.state));
    }
    let stage = outline.stage.as_str().filter(|stage| !shows_stages(kind) && kind.stage(stage).is_none())?;
    is_word(stage).then(|| format!("stage {stage}"))
}

/// Returns true if a text is a valid name in records: lower-case letters and underscores.
fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}
