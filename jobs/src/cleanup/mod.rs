//! Clearing up: what has expired goes, what was left behind goes, what runs stays.

mod document;
mod run;
mod schedule;
mod select;
mod stats;
mod turns;

pub use document::{CleanedJob, CleanupDocument, CleanupStatus};
pub use run::{CleanupOptions, Part, Watch, clean};
pub use schedule::{Turn, run_if_due, turn};
pub use select::{Candidate, select};
pub use stats::{prometheus, stats_document};
pub use turns::{clean_as_job, clean_session};
