//! The audio thread: everything here runs in the callback, without locks or allocation.

pub(super) mod chain_swap;
pub(super) mod engine;
pub(super) mod event;
pub(super) mod finite_input;
pub(super) mod message;
pub(super) mod meters;
pub(super) mod schedule;
pub(super) mod stats;
pub(super) mod strip_params;
pub(super) mod transport;
