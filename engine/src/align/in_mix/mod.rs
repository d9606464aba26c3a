//! Stems inside a mix: their delays and gains.

pub(super) mod matching_pursuit;
pub(crate) mod stem_gains;
pub(super) mod thresholds;
