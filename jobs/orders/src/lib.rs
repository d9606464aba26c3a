//! One order, one process: an order document in, one published result out.
//!
//! An order names its inputs and a folder for its results, each as a path or as a URL. A
//! [`Worker`] fetches the inputs and lets the [`Kind`] of the order work in a folder of its own.
//! It then publishes everything in one step: it creates `result.json`, which is never replaced.
//! Two attempts at one order therefore never mix, wherever they run.
//!
//! The crate contains no audio code: a program passes its kinds as a table.

pub mod cache;
mod document;
mod error;
mod event;
mod inputs;
mod kind;
mod out;
mod place;
mod redact;
mod remote;
mod replacement;
mod result;
mod worker;

#[cfg(test)]
mod tests;

pub use document::{Order, SCHEMA, STEM_TYPES, SessionSource, Stem, json_schema};
pub use error::{OrderError, is_passing};
pub use event::{Event, Watch};
pub use inputs::Inputs;
pub use kind::{Kind, SessionText, Task};
pub use place::{Base, Place};
pub use redact::redact;
pub use remote::{Fetched, KeepOn, Remote, Sink};
pub use replacement::Replacement;
pub use result::{OrderResult, RESULT_FILE, RESULT_SCHEMA, ResultFile};
pub use worker::Worker;
