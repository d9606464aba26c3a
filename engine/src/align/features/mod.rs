//! Features of a stem that alignment keeps while the stem is decoded.

pub(super) mod band_levels;
pub(super) mod decimate;
pub(super) mod envelope;
pub(super) mod prepared;
pub(super) mod spooled_samples;
pub(super) mod stem;
pub(super) mod thresholds;
