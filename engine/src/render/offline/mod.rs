//! The offline render: analysis, mix and master as fast as the machine allows.

#[cfg(feature = "align")]
pub(super) mod align_pass;
pub(super) mod chunk;
pub(super) mod exact_sum;
pub(super) mod late_tracks;
pub(super) mod master_pass;
pub(super) mod master_stage;
pub(super) mod mix_pass;
pub(super) mod mix_sink;
pub(super) mod output_range;
pub(super) mod prepared_render;
pub(super) mod render;
mod stems_analysed;
pub(super) mod strip_meter;
pub(super) mod track_groups;
