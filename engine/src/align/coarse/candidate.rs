//! Candidate delays of a coarse search, and the limits by which they are chosen.

use super::segment_vote::SegmentSearch;
use super::segment_vote::SegmentVote;
use super::thresholds::THRESHOLDS;

/// Coarse delay that segments confirm.
#[derive(Clone, Debug)]
pub(crate) struct CoarseOffset {
    pub(crate) found: SegmentVote,
    pub(crate) search: SegmentSearch,
    pub(crate) strong: bool,
}

/// Returns true if enough segments agree for a fine search.
pub(crate) fn is_worth_refining(found: &SegmentVote) -> bool {
    found.agreeing >= THRESHOLDS.min_segments.min(found.segments)
        && found.agreeing as f64 >= THRESHOLDS.min_segment_share * found.segments as f64
        && found.log_chance <= THRESHOLDS.max_log_chance
}
