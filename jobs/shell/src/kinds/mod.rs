//! Types of jobs: the contract of one, the registry of all, and each in a file of its own.

pub mod child;
mod cleanup;
mod expiry;
mod job_kind;
mod kind;
mod mix;
mod planned;
mod registry;

pub use cleanup::Cleanup;
pub use expiry::{Expiry, KeptFrom};
pub use job_kind::{JobKind, Limits, QueuedBy, Run, RunError, Signal};
pub use kind::Kind;
pub use mix::{Mix, MixError, hash_stems, mix_job, render_child};
pub use registry::Kinds;
