//! The layout of a record on disk: a contract with other programs and versions, which may only
//! grow. [`Record`] is the same in code.

use super::error::JobError;
use super::id::{JobId, SessionId};
use super::life::Life;
use super::record::{Idempotency, JobResult, Lease, Record};
use super::state::shows_stages;
use crate::kinds::{Kind, Kinds};
use jiff::Timestamp;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value};
use std::borrow::Cow;

/// The contents of a record's file. Fields unknown to this version survive a rewrite.
#[derive(Serialize, Deserialize)]
pub(super) struct Document<'a> {
    pub(super) schema: u32,
    pub(super) job_id: Cow<'a, JobId>,
    pub(super) session_id: Cow<'a, SessionId>,
    #[serde(rename = "type")]
    kind: Cow<'a, str>,
    state: Cow<'a, str>,
    /// The stage of a job whose state does not show it; a mix has no such field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stage: Option<Value>,
    progress: u8,
    message: Cow<'a, str>,
    error: Cow<'a, Option<JobError>>,
    created_at: Timestamp,
    updated_at: Timestamp,
    started_at: Option<Timestamp>,
    finished_at: Option<Timestamp>,
    attempt: u32,
    max_attempts: u32,
    rev: u64,
    lease: Cow<'a, Option<Lease>>,
    cancel_requested_at: Option<Timestamp>,
    idempotency: Cow<'a, Option<Idempotency>>,
    result: Cow<'a, Option<JobResult>>,
    #[serde(default)]
    extra: Cow<'a, Map<String, Value>>,
    #[serde(flatten)]
    unknown: Cow<'a, Map<String, Value>>,
}

impl Document<'_> {
    /// Returns the record; an error names the part that is not valid.
    pub(super) fn into_record(self, kinds: &Kinds) -> Result<Record, String> {
        let kind = kinds.get(&self.kind).ok_or_else(|| format!("{:?} is not a type of job", self.kind))?.clone();
        let mut unknown = self.unknown.into_owned();
        let own_stage = match self.stage {
            None => None,
            // A field that only other types have is some other program's.
            Some(stage) if shows_stages(&kind) => {
                unknown.insert("stage".into(), stage);
                None
            }
            Some(Value::String(stage)) => Some(stage),
            Some(_) => return Err("stage is not a text".into()),
        };
        let (life, stage) = position(&kind, &self.state, own_stage.as_deref(), kinds)?;
        Ok(Record {
            schema: self.schema,
            job_id: self.job_id.into_owned(),
            session_id: self.session_id.into_owned(),
            kind,
            life,
            stage,
            progress: self.progress,
            message: self.message.into_owned(),
            error: self.error.into_owned(),
            created_at: self.created_at,
            updated_at: self.updated_at,
            started_at: self.started_at,
            finished_at: self.finished_at,
            attempt: self.attempt,
            max_attempts: self.max_attempts,
            rev: self.rev,
            lease: self.lease.into_owned(),
            cancel_requested_at: self.cancel_requested_at,
            idempotency: self.idempotency.into_owned(),
            result: self.result.into_owned(),
            extra: self.extra.into_owned(),
            unknown,
        })
    }
}

/// Returns the life and stage that the texts of a record name.
pub(crate) fn position(
    kind: &Kind,
    state: &str,
    own_stage: Option<&str>,
    kinds: &Kinds,
) -> Result<(Life, Option<&'static str>), String> {
    if let Ok(life) = state.parse() {
        let stage =
            own_stage.map(|name| kind.stage(name).ok_or_else(|| format!("{name:?} is not a stage of a {kind}")));
        return Ok((life, stage.transpose()?));
    }
    match kind.stage(state) {
        Some(stage) if shows_stages(kind) => Ok((Life::Running, Some(stage))),
        // Older versions let every type have the stages of a mix.
        _ if kinds.state(state).is_some() => Ok((Life::Running, None)),
        _ => Err(format!("{state:?} is not a state of a job")),
    }
}

impl Serialize for Record {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let document = Document {
            schema: self.schema,
            job_id: Cow::Borrowed(&self.job_id),
            session_id: Cow::Borrowed(&self.session_id),
            kind: self.kind.name().into(),
            state: self.state().name().into(),
            stage: self.own_stage().map(Value::from),
            progress: self.progress,
            message: Cow::Borrowed(&self.message),
            error: Cow::Borrowed(&self.error),
            created_at: self.created_at,
            updated_at: self.updated_at,
            started_at: self.started_at,
            finished_at: self.finished_at,
            attempt: self.attempt,
            max_attempts: self.max_attempts,
            rev: self.rev,
            lease: Cow::Borrowed(&self.lease),
            cancel_requested_at: self.cancel_requested_at,
            idempotency: Cow::Borrowed(&self.idempotency),
            result: Cow::Borrowed(&self.result),
            extra: Cow::Borrowed(&self.extra),
            unknown: Cow::Borrowed(&self.unknown),
        };
        document.serialize(serializer)
    }
}
