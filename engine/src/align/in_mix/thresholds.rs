//! Limits of the search for stems in a mix.

/// Thresholds, in the units that end their names.
pub(crate) struct Thresholds {
    /// Most rounds after the first.
    pub(crate) max_further_rounds: usize,
    /// Length of the blocks in which a mix and its stems are read.
    pub(crate) block_frames: usize,
    /// Power added to that of each stem, as a share: two stems that are alike share their gain
    /// instead of fighting.
    pub(crate) ridge_share: f64,
}

/// Thresholds in use.
pub(crate) const THRESHOLDS: Thresholds = Thresholds { max_further_rounds: 3, block_frames: 16_384, ridge_share: 1e-9 };
