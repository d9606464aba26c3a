//! Orders over a Temporal server on this machine, with a stand-in for mixdown.
//!
//! `.ci/temporal` fetches the server and runs these tests; they are ignored otherwise. Each one
//! starts a server of its own.

#![allow(clippy::unwrap_used)] // A helper that fails is a test that fails.

mod cancellation;
mod ends;
mod harness;
mod many;
mod recovery;
