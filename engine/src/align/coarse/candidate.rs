//! Candidate delays of a coarse search, and the limits by which they are chosen.

use super::segment_vote;
use super::segment_vote::SegmentSearch;
use super::segment_vote::SegmentVote;

/// Half the width of a peak, in seconds.
pub(crate) const LOBE_S: f64 = 0.001;
/// Number of envelope candidates that are examined.
pub(crate) const CANDIDATES: usize = 5;
/// Largest difference between clocks that envelope candidates allow. It is the reach of the
/// segments at the ends of the stems.
pub(crate) const ENVELOPE_DRIFT: f64 = 600e-6;
/// Ratio of segment peak heights from which coherence is not compared: a paste is identical.
pub(crate) const ALSO_AS_HIGH: f64 = 0.97;

/// Least share of segments that must agree before a fine search.
pub(crate) const LEAST_SHARE: f64 = 0.5;

/// Largest decimal logarithm of the chance that as many segments agree at random.
pub(crate) const MOST_LOG_CHANCE: f64 = -4.0;

/// Coarse delay that segments confirm.
#[derive(Clone, Debug)]
pub(crate) struct CoarseOffset {
    pub(crate) found: SegmentVote,
    pub(crate) search: SegmentSearch,
    pub(crate) strong: bool,
}

/// Returns true if enough segments agree for a fine search.
pub(crate) fn is_worth_refining(found: &SegmentVote) -> bool {
    found.agreeing >= segment_vote::FEWEST.min(found.windows)
        && found.agreeing as f64 >= LEAST_SHARE * found.windows as f64
        && found.log_chance <= MOST_LOG_CHANCE
}
