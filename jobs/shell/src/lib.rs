//! The job shell around the engine: records of jobs, the types of
//! jobs, the store that keeps them, workers, cleanup.

pub mod cleanup;
pub mod clock;
pub mod confine;
pub mod engine;
pub mod job;
pub mod kinds;
pub mod settings;
pub mod store;
pub mod worker;
