//! Sixteen f32 side by side: one AVX-512 register, two of AVX2, or a plain array; every set gives
//! the same bits.
//!
//! Instructions are named, as compilers keep such sums and maxima in registers only with link-time
//! optimisation. Without it they pass through memory, at up to ten times the cost.
#![allow(clippy::inline_always)] // What is not inlined is not compiled for the instructions that it names.

#[cfg(target_arch = "x86_64")]
use pulp::x86::{V3, V4};

pub(super) const LANES: usize = 16;

/// Arithmetic of one instruction set. No number is NaN.
pub(super) trait TruePeakLanes: Copy {
    type V: Copy;
    fn load(self, from: &[f32; LANES]) -> Self::V;
    fn store(self, v: Self::V) -> [f32; LANES];
    fn splat(self, x: f32) -> Self::V;
    fn add(self, a: Self::V, b: Self::V) -> Self::V;
    fn sub(self, a: Self::V, b: Self::V) -> Self::V;
    fn mul(self, a: Self::V, b: Self::V) -> Self::V;
    fn max(self, a: Self::V, b: Self::V) -> Self::V;
    fn abs(self, a: Self::V) -> Self::V;
    /// Returns one bit per lane for `a > b`, the first the lowest.
    fn above(self, a: Self::V, b: Self::V) -> u32;
    /// Returns the largest lane.
    fn highest(self, a: Self::V) -> f32;
}

/// Computation that runs on the best instruction set of the processor.
pub(super) trait Kernel {
    type Output;
    fn run<L: TruePeakLanes>(self, lanes: L) -> Self::Output;
}

pub(super) fn dispatch<K: Kernel>(kernel: K) -> K::Output {
    #[cfg(target_arch = "x86_64")]
    {
        if let Some(simd) = V4::try_new() {
            return simd.vectorize(On { lanes: simd, kernel });
        }
        if let Some(simd) = V3::try_new() {
            return simd.vectorize(On { lanes: simd, kernel });
        }
    }
    kernel.run(PlainLanes)
}

/// Runs kernels on every instruction set, and compares each with the plain lanes bit for bit.
#[cfg(all(test, target_arch = "x86_64"))]
#[track_caller]
pub(super) fn assert_twins<K: Kernel<Output: crate::simd::twin::Numbers> + Clone>(name: &str, kernels: &[K]) {
    use crate::simd::twin::assert_twin;
    let plain = |kernel: &K| kernel.clone().run(PlainLanes);
    assert_twin(name, kernels, plain, |lanes: V3, kernel| lanes.vectorize(On { lanes, kernel: kernel.clone() }));
    assert_twin(name, kernels, plain, |lanes: V4, kernel| lanes.vectorize(On { lanes, kernel: kernel.clone() }));
}

#[cfg(target_arch = "x86_64")]
struct On<L, K> {
    lanes: L,
    kernel: K,
}

#[cfg(target_arch = "x86_64")]
impl<L: TruePeakLanes, K: Kernel> pulp::NullaryFnOnce for On<L, K> {
    type Output = K::Output;

    #[inline(always)]
    fn call(self) -> K::Output {
        self.kernel.run(self.lanes)
    }
}

/// Plain arrays, without an instruction set.
#[derive(Clone, Copy)]
pub(super) struct PlainLanes;

fn each(a: [f32; LANES], b: [f32; LANES], of: impl Fn(f32, f32) -> f32) -> [f32; LANES] {
    std::array::from_fn(|lane| of(a[lane], b[lane]))
}

impl TruePeakLanes for PlainLanes {
    type V = [f32; LANES];

    fn load(self, from: &[f32; LANES]) -> Self::V {
        *from
    }

    fn store(self, v: Self::V) -> [f32; LANES] {
        v
    }

    fn splat(self, x: f32) -> Self::V {
        [x; LANES]
    }

    fn add(self, a: Self::V, b: Self::V) -> Self::V {
        each(a, b, |a, b| a + b)
    }

    fn sub(self, a: Self::V, b: Self::V) -> Self::V {
        each(a, b, |a, b| a - b)
    }

    fn mul(self, a: Self::V, b: Self::V) -> Self::V {
        each(a, b, |a, b| a * b)
    }

    fn max(self, a: Self::V, b: Self::V) -> Self::V {
        each(a, b, larger)
    }

    fn abs(self, a: Self::V) -> Self::V {
        a.map(f32::abs)
    }

    fn above(self, a: Self::V, b: Self::V) -> u32 {
        (0..LANES).fold(0, |bits, lane| bits | (u32::from(a[lane] > b[lane]) << lane))
    }

    fn highest(self, a: Self::V) -> f32 {
        a.into_iter().fold(a[0], larger)
    }
}

/// Returns the larger of two numbers that are not NaN, in the form that one vector instruction
/// computes.
pub(super) fn larger(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}
