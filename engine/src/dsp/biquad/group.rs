//! State of a group of sections: coefficients and memory, lane by lane.

/// Lanes of a group: one AVX-512 register or two AVX2 registers of f64.
pub(crate) const LANES: usize = 8;

/// Up to eight lanes of sections in series, their coefficients and their memory.
#[derive(Clone, Debug)]
pub(crate) struct SectionGroup {
    pub(super) channels: usize,
    pub(super) narrow: bool,
    pub(super) coefficients: LaneRows<5>,
    pub(super) memory: LaneRows<2>,
    /// Frames until the memory is checked again.
    pub(super) until_settled: usize,
}

/// Rows of eight lanes: b0, b1, b2, a1, a2, or the two memories of the transposed direct form II.
#[derive(Clone, Debug)]
#[repr(align(64))]
pub(crate) struct LaneRows<const ROWS: usize>(pub(super) [[f64; LANES]; ROWS]);

pub(crate) type CoefficientRows = [[f64; LANES]; 5];

pub(crate) type SectionMemory = [[f64; LANES]; 2];
