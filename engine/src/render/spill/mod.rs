//! Storage for data that would take too much memory: unnamed temporary files.

pub(super) mod byte_log;
pub(super) mod meter_log;
pub(super) mod premaster;
