//! Changes of a record that keep its invariants, and the check of these invariants when it is read.

use super::id::{JobId, SessionId};
use super::job_type::JobType;
use super::record::{JobError, Record, SCHEMA};
use super::state::{Actor, IllegalTransition, State};
use jiff::Timestamp;
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
    /// Moves the job to another state, with all changes that this implies.
    ///
    /// # Errors
    /// When the table does not have that transition; nothing has changed then.
    pub fn transition(&mut self, to: State, by: Actor, now: Timestamp) -> Result<(), IllegalTransition> {
        self.state.check(to, by)?;
        let from = self.state;
        self.state = to;
        match to {
            State::Queued => {
                // A graceful stop gives its attempt back.
                self.attempt -= u32::from(by == Actor::Worker && self.attempt > 0);
                self.progress = 0;
                self.error = None;
                self.result = None;
                self.started_at = None;
                self.finished_at = None;
                self.lease = None;
                self.cancel_requested_at = None;
                self.message = if by == Actor::Rescue { "Queued again: its worker was gone" } else { "Queued" }.into();
            }
            State::Running => {
                self.attempt = self.attempt.saturating_add(1);
                self.started_at = Some(now);
                self.message = "Started".into();
            }
            _ if to.is_ended() => {
                self.finished_at = Some(now);
                self.lease = None;
                self.message = to.name().into();
                if to == State::Complete {
                    self.progress = 100;
                    self.message = "Complete".into();
                } else {
                    self.result = None;
                }
                if to == State::Cancelled {
                    self.message = if from == State::Queued { "Cancelled before it began" } else { "Cancelled" }.into();
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Ends the job with an error.
    ///
    /// # Errors
    /// When the table does not have that transition.
    pub fn fail(&mut self, error: JobError, by: Actor, now: Timestamp) -> Result<(), IllegalTransition> {
        self.transition(State::Error, by, now)?;
        self.message.clone_from(&error.detail);
        self.error = Some(error);
        Ok(())
    }

    /// Raises the progress. It never falls, and stays below 100 until the job ends.
    pub fn advance(&mut self, percent: u8) {
        self.progress = self.progress.max(percent.min(99));
    }

    /// Returns true if its files are being put in place, or are about to be.
    pub fn is_publishing(&self) -> bool {
        self.state == State::Exporting && self.result.is_some()
    }

    /// Reads a record and checks its invariants; `job` and `session` are those of its path.
    ///
    /// # Errors
    /// When it is invalid, belongs to another job, violates an invariant, or was written by a newer
    /// version.
    pub fn parse(bytes: &[u8], session: &SessionId, job: &JobId) -> Result<Self, ParseError> {
        if let Some(what) = newer(bytes, session, job) {
            return Err(ParseError::Newer(what));
        }
        let record: Self = serde_json::from_slice(bytes).map_err(|error| InvalidRecord(error.to_string()))?;
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
        let (state, ended) = (self.state, self.state.is_ended());
        let mix_result = self.kind != JobType::Mix || self.result.is_some();
        let promises = [
            (self.schema == SCHEMA, "schema is 1"),
            (self.progress <= 100, "progress is 0 to 100"),
            ((self.progress == 100) == (state == State::Complete), "progress is 100 when complete and only then"),
            (self.error.is_some() == (state == State::Error), "an error stands in state error and only there"),
            (self.finished_at.is_some() == ended, "a job that ended has a time of its end, and only such a job"),
            (!state.is_active() || self.started_at.is_some(), "a job that was started has the time of its start"),
            (!state.is_active() || self.attempt > 0, "a job that was started is in an attempt"),
            (!state.is_active() || self.lease.is_some(), "a started job has a lease"),
            (state.is_active() || self.lease.is_none(), "only a started job has a lease"),
            (self.rev > 0, "rev counts from 1"),
            (self.max_attempts > 0, "there may be an attempt"),
            (self.attempt <= self.max_attempts, "attempts stay within their limit"),
            (state != State::Complete || mix_result, "a complete mix has a result"),
            (
                self.result.is_none() || matches!(state, State::Exporting | State::Complete),
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

/// Returns the sign of a newer version in a record: a higher schema, or a type or state that this
/// version does not have.
fn newer(bytes: &[u8], session: &SessionId, job: &JobId) -> Option<String> {
    #[derive(Deserialize)]
    struct Outline {
        schema: u64,
        job_id: JobId,
        session_id: SessionId,
        #[serde(rename = "type")]
        kind: String,
        state: String,
    }
    let outline: Outline = serde_json::from_slice(bytes).ok()?;
    if outline.job_id != *job || outline.session_id != *session {
        return None;
    }
    if outline.schema > u64::from(SCHEMA) {
        return Some(format!("schema {}", outline.schema));
    }
    if outline.kind.parse::<JobType>().is_err() && is_word(&outline.kind) {
        return Some(format!("type {}", outline.kind));
    }
    (outline.state.parse::<State>().is_err() && is_word(&outline.state)).then(|| format!("state {}", outline.state))
}

/// Returns true if a text is a valid name in records: lower-case letters and underscores.
fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::{Lease, NewJob};
    use serde_json::{Map, Value};

    fn record() -> Record {
        let now = Timestamp::UNIX_EPOCH;
        NewJob::mix("s".parse().unwrap(), Value::Null).into_record("j".parse().unwrap(), now, 3)
    }

    fn parse(bytes: &[u8]) -> Result<Record, ParseError> {
        Record::parse(bytes, &"s".parse().unwrap(), &"j".parse().unwrap())
    }

    #[test]
    fn unknown_fields_survive_at_every_level() {
        let mut record = record();
        record.transition(State::Running, Actor::Worker, record.created_at).unwrap();
        let heartbeat_at = record.created_at;
        record.lease = Some(Lease {
            token: "t".into(),
            worker: "w".into(),
            heartbeat_at,
            heartbeat_boot: None,
            unknown: Map::new(),
        });
        let mut value: Value = serde_json::from_slice(&record.to_bytes()).unwrap();
        value["tenant"] = "blue".into();
        value["lease"]["host"] = "mill".into();
        let read = parse(value.to_string().as_bytes()).unwrap();
        let again: Value = serde_json::from_slice(&read.to_bytes()).unwrap();
        assert_eq!((&again["tenant"], &again["lease"]["host"]), (&value["tenant"], &value["lease"]["host"]));
    }

    #[test]
    fn a_record_under_another_name_is_refused() {
        let bytes = record().to_bytes();
        assert!(Record::parse(&bytes, &"s".parse().unwrap(), &"k".parse().unwrap()).is_err());
        assert!(Record::parse(&bytes, &"t".parse().unwrap(), &"j".parse().unwrap()).is_err());
    }

    #[test]
    fn a_graceful_stop_gives_its_attempt_back_and_a_rescue_does_not() {
        let mut record = record();
        let now = record.created_at;
        record.transition(State::Running, Actor::Worker, now).unwrap();
        record.transition(State::Queued, Actor::Worker, now).unwrap();
        assert_eq!(record.attempt, 0);
        record.transition(State::Running, Actor::Worker, now).unwrap();
        record.transition(State::Queued, Actor::Rescue, now).unwrap();
        assert_eq!(record.attempt, 1);
    }

    #[test]
    fn progress_never_goes_back_nor_reaches_100_by_itself() {
        let mut record = record();
        for percent in [10, 5, 100, 50] {
            record.advance(percent);
        }
        assert_eq!(record.progress, 99);
    }
}
