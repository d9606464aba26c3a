//! Storage for what memory must not hold: temporary files without names.

pub(super) mod byte_log;
pub(super) mod meter_log;
pub(super) mod premaster;
pub(super) mod temp_file;
