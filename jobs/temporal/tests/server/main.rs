//! Orders over a Temporal server on this machine, with a stand-in for mixdown.
//!
//! `.ci/temporal` fetches the server and runs these tests; they are ignored otherwise. Each one
//! starts a server of its own.

mod cancellation;
mod ends;
mod harness;
mod many;
mod recovery;
