//! Work in a process of its own, so that a hostile file ends one job and not the worker. The
//! process receives its request on standard input and reports progress on standard output, in lines
//! of JSON. `jobs/temporal` has a process of the same form (`src/job`).

mod process;
mod work;

pub use process::{ChildProcess, Program};
pub use work::{Stopped, child_work};

use crate::job::JobError;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Request to the process: one line.
#[derive(Debug, Serialize, Deserialize)]
struct Task<R> {
    /// Largest memory, in MiB.
    memory_mb: u64,
    /// The attempt at the work, for a process that hands it over.
    order_id: String,
    /// The work.
    request: R,
}

/// Message of the process: one line each.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    /// Progress of the work.
    At { phase: String, fraction: f64 },
    /// Complete: the data of its answer.
    Done(Map<String, Value>),
    /// Failed.
    Failed(JobError),
    /// Stopped on request.
    Stopped,
}
