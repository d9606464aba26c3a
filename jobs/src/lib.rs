//! The shell around the engine: the command line of the program `mixdown`.

pub mod cli;
