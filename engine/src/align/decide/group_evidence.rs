//! Verdicts on all pairs of stems, from which each stem's result follows.

use super::accept::Verdict;

/// Evidence for the decisions.
pub(crate) struct PairVerdicts<'a> {
    pub(crate) verdicts: &'a [(usize, usize, Verdict)],
    /// Length of each stem, in frames.
    pub(crate) lengths: &'a [u64],
    /// Largest accepted delay, in frames.
    pub(crate) max_late: f64,
    /// Number of each stem's session. Stems of one session move together.
    pub(crate) sessions: &'a [usize],
}
