//! Workers: they claim jobs, run them, report progress, and put results in place.

mod run;
mod serve;

pub use run::Worker;
pub use serve::{Event, Service};
