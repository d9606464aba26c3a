//! The range that a loop plays.

/// Loop range in session frames: the first frame, and the frame after the last.
pub type LoopRange = (u64, u64);

/// Returns the loop range if it is not empty.
pub(crate) fn checked(range: Option<LoopRange>) -> Option<LoopRange> {
    range.filter(|(start, end)| start < end)
}
