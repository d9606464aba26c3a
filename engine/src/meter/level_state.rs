//! State of the level meters: sums and filters, lane by lane.

/// `N` channels that run side by side: the memory of both sections of K-weighting, and the sums
/// since they were last taken. In direct form I a frame waits only for a multiplication and a
/// subtraction of the one before. The sums never wait longer than the filters: they come at next to
/// no cost.
///
/// Every sum runs in stream order, so that the bits do not depend on how the input is split.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct LevelLanes<const N: usize> {
    /// Last two samples, the last first.
    pub(super) input: [[f64; N]; 2],
    /// The same after the shelf.
    pub(super) shelved: [[f64; N]; 2],
    /// The same after the high-pass.
    pub(super) weighted: [[f64; N]; 2],
    /// Σ of the squares of the weighted channels.
    pub(super) energy: [f64; N],
    pub(super) sums: LevelSums<N>,
}

/// Sums over one channel as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct ChannelSums {
    pub(super) plain: f64,
    pub(super) squares: f64,
    /// Products of the channel and the one beside it: left by right, for both of them.
    pub(super) products: f64,
}

/// [`ChannelSums`] of `N` channels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct LevelSums<const N: usize> {
    pub(super) plain: [f64; N],
    pub(super) squares: [f64; N],
    pub(super) products: [f64; N],
}
