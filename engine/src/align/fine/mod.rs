//! Fine estimation: the delay at the full rate, to a fraction of a frame, and its drift.

pub(super) mod cross_spectrum;
pub(super) mod direct_path;
pub(super) mod group_delay_check;
pub(super) mod line_fit;
pub(super) mod ml_delay;
pub(super) mod peak_quality;
pub(super) mod refine;
pub(super) mod segment;
pub(super) mod thresholds;
pub(super) mod tracked_delay;
pub(super) mod wow_flutter;
