//! Orders over a Temporal server on this machine, with a stand-in for mixdown; and the service,
//! with mixdown itself.
//!
//! `.ci/temporal` fetches the server and runs these tests; they are ignored otherwise. Each one
//! starts a server of its own.

#![allow(clippy::unwrap_used)] // A helper that fails is a test that fails.

mod cancellation;
// Shared with the main workspace, which has these lints off, or compiles for older versions.
#[allow(clippy::format_push_string, clippy::duration_suboptimal_units)]
#[path = "../../../../tests/service/client.rs"]
mod client;
#[path = "../../../../tests/service/contract.rs"]
mod contract;
#[path = "../../../../tests/service/contract_library.rs"]
mod contract_library;
mod ends;
mod harness;
mod many;
mod recovery;
mod service;
#[path = "../../../../tests/service/wav.rs"]
mod wav;

use wav::wav;
