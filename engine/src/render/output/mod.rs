//! Outputs of a render: the master in a file or in memory, its verification, and the data files
//! beside it.

pub(super) mod compressed_master;
pub(super) mod data_files;
pub(super) mod file_names;
pub(super) mod file_sink;
pub(super) mod master_series;
pub(super) mod memory_sink;
pub(super) mod meters_json;
mod page;
pub(super) mod report_builder;
pub(super) mod sink;
pub(super) mod stem_files;
pub(super) mod verify;
pub(super) mod waveform_files;
pub(super) mod written;
