//! Constants of the pace.

/// Frames of a block, and of a message with sound.
pub(super) const BLOCK: usize = 512;
/// Largest credit, in seconds.
pub(super) const MAX_AHEAD_S: f64 = 2.0;
