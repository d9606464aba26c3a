//! Records as bytes: the layout on disk, and bytes that are refused.

mod layout;
mod refused;

use super::{JobId, NewJob, ParseError, Record, SessionId};
use crate::kinds::{JobKind, Kinds, QueuedBy};
use jiff::Timestamp;
use serde_json::{Map, Value};
use std::time::Duration;

/// A type with stages that is no mix.
struct Survey;

impl JobKind for Survey {
    fn name(&self) -> &'static str {
        "survey"
    }
    fn stages(&self) -> &'static [&'static str] {
        &["reading", "mixing"]
    }
    fn hung_after(&self) -> Duration {
        Duration::from_secs(60)
    }
    fn queued_by(&self) -> QueuedBy {
        QueuedBy::Users
    }
}

fn kinds() -> Kinds {
    Kinds::standard().with(Survey)
}

/// Returns the record of a new job `j` in session `s`.
fn new(kind: &'static str) -> Record {
    let job = NewJob { session_id: "s".parse().unwrap(), kind, key: None, extra: Map::new() };
    job.into_record(kinds().get(kind).unwrap(), "j".parse().unwrap(), Timestamp::UNIX_EPOCH, 3)
}

/// Parses a record under the names in it.
fn parse(bytes: &[u8]) -> Result<Record, ParseError> {
    let value: Value = serde_json::from_slice(bytes).unwrap();
    let session: SessionId = serde_json::from_value(value["session_id"].clone()).unwrap();
    let job: JobId = serde_json::from_value(value["job_id"].clone()).unwrap();
    Record::parse(bytes, &session, &job, &kinds())
}
