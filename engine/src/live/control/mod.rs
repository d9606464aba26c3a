//! The control thread: commands are checked here, and their parts built and dropped.

pub(super) mod chain_states;
pub(super) mod command;
pub(super) mod config;
pub(super) mod handle;
mod place_field;
pub(super) mod session_mirror;
pub(super) mod strip_name;
