//! Coarse search: candidate delays from whole stems, confirmed by segments along them.

pub(super) mod candidate;
pub(super) mod competing_peak;
pub(super) mod joint_activity;
pub(super) mod periodicity;
pub(super) mod search;
pub(super) mod segment_vote;
pub(super) mod thresholds;
