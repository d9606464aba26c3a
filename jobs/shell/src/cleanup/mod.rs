//! Cleanup: removal of expired jobs and leftovers; running jobs are kept.

mod document;
mod exclusive_run;
mod run;
mod schedule;
mod select;
mod stats;

pub use document::{CleanedJob, CleanupDocument, CleanupStatus};
pub use exclusive_run::{ExclusiveRun, clean_as_job, clean_session, running_cleanup};
pub use run::{CleanupOptions, Part, Watch, clean};
pub use schedule::{Turn, run_if_due, turn};
pub use select::{Candidate, select};
pub use stats::{prometheus, stats_document};
