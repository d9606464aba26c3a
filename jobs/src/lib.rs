//! The shell around the engine: jobs and their records, and the command line of the program `mixdown`.

pub mod cli;
pub mod clock;
pub mod jobs;
