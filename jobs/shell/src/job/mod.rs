//! Jobs: records, their life and status documents. No file is touched here.

mod digest;
mod document;
mod error;
mod id;
mod life;
mod parse;
mod record;
mod state;
mod status;
mod transitions;

#[cfg(test)]
mod tests;

pub use digest::{HashedBytes, hash_reader, hex, hex_digest};
pub(crate) use document::position;
pub use error::JobError;
pub use id::{IdError, JobId, MAX_ID_BYTES, SessionId};
pub use life::{Actor, IllegalTransition, Life, TRANSITIONS, UnknownLife};
pub use parse::{InvalidRecord, ParseError};
pub use record::{Idempotency, JobResult, Lease, NewJob, Record, SCHEMA, fingerprint};
pub use state::State;
pub use status::{Lookup, status_document};
