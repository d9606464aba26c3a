//! Decisions: which delays are accepted or refused, and where each stem is placed.

pub(super) mod accept;
pub(super) mod offset_graph;
pub(super) mod origin;
pub(super) mod session_groups;
pub(super) mod stem_result;
