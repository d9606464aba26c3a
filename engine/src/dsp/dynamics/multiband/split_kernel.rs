//! Inner loop of the multiband compressor: all bands of all channels as lanes of one vector.

#![allow(unsafe_code)] // `multiversion` expands to calls of functions compiled for a detected instruction set.

use crate::dsp::biquad::Coefficients;
use crate::simd::vectorised;

/// One section of each lane: b0, b1, b2, a1, a2, and the two memories of the transposed direct form
/// II.
#[derive(Clone, Debug)]
#[repr(align(64))]
pub(super) struct LaneSection<const LANES: usize> {
    coefficients: [[f64; LANES]; 5],
    pub(super) memory: [[f64; LANES]; 2],
}

impl<const LANES: usize> LaneSection<LANES> {
    /// Creates a section from that of each lane; lanes without one pass their input on.
    pub(super) fn new(lanes: &[Option<Coefficients>]) -> Self {
        let mut coefficients = [[0.0; LANES]; 5];
        for lane in 0..LANES {
            let c = lanes.get(lane).copied().flatten().unwrap_or(Coefficients::IDENTITY);
            for (row, value) in coefficients.iter_mut().zip([c.b0, c.b1, c.b2, c.a1, c.a2]) {
                row[lane] = value;
            }
        }
        Self { coefficients, memory: [[0.0; LANES]; 2] }
    }
}

vectorised! {
    /// Runs every frame of every lane through the sections, in place. Each frame depends on the one
    /// before within a section alone, so that the processor overlaps frames.
    pub(super) fn split<const LANES: usize>(sections: &mut [LaneSection<LANES>], frames: &mut [[f64; LANES]]) {
        for frame in frames {
            let mut x = *frame;
            for LaneSection { coefficients: [b0, b1, b2, a1, a2], memory: [s1, s2] } in &mut *sections {
                for lane in 0..LANES {
                    let y = b0[lane] * x[lane] + s1[lane];
                    s1[lane] = b1[lane] * x[lane] - a1[lane] * y + s2[lane];
                    s2[lane] = b2[lane] * x[lane] - a2[lane] * y;
                    x[lane] = y;
                }
            }
            *frame = x;
        }
    }
}
