//! The engine as tools for agents, by the Model Context Protocol on standard input and output.

mod roots;
mod server;
mod tool;
mod tools;

pub use roots::{RootError, Roots};
pub use server::{McpError, serve};
