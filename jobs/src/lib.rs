//! The shell around the engine: jobs and their records, and the command line of the program
//! `mixdown`.

pub mod cleanup;
pub mod cli;
pub mod clock;
pub mod jobs;
pub mod settings;
pub mod store;
pub mod worker;
