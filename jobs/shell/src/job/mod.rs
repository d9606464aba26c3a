//! Jobs: records, states and status documents. No file is touched here.

mod digest;
mod id;
mod job_type;
mod record;
mod stage;
mod state;
mod status;
mod transitions;

pub use digest::{HashedBytes, hash_reader, hex_digest};
pub use id::{IdError, JobId, MAX_ID_BYTES, SessionId};
pub use job_type::{JobType, UnknownType};
pub use record::{Idempotency, JobError, JobResult, Lease, NewJob, Record, SCHEMA, fingerprint};
pub use stage::{STAGES, Stage, place};
pub use state::{Actor, IllegalTransition, State, TRANSITIONS, UnknownState};
pub use status::{Lookup, status_document};
pub use transitions::{InvalidRecord, ParseError};
