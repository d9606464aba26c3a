//! Decisions: which delays are accepted or refused, and where each stem is placed.

pub(super) mod accept;
pub(super) mod evidence;
pub(super) mod group_evidence;
pub(super) mod offset_graph;
pub(super) mod origin;
pub(super) mod remark;
pub(super) mod session_groups;
pub(super) mod stem_result;
pub(super) mod thresholds;
