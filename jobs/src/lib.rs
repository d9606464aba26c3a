//! The program `mixdown`: its command line, over the engine and the job shell.

mod cli;

pub use cli::main;
