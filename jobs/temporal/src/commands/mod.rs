//! Commands of clients.

pub(crate) mod schedule;
pub(crate) mod status;
pub(crate) mod submit;
