//! The points of true peak for AVX2 and AVX-512: a register is an interval's points, or half of them.
//!
//! Compilers keep the sums in registers only when the whole program is optimised at its linking; else each goes through memory at every tap,
//! at ten times the cost. Products and sums are those of the plain loop, in its order.
#![allow(clippy::inline_always)] // What is not inlined is not compiled for the instructions that it names.

use super::points::{SPAN, WINDOWS};
use super::table::{PHASES, Taps};
use pulp::x86::{V3, V4};
use pulp::{NullaryFnOnce, cast};
use std::arch::x86_64::{__m256, __m512};

pub(super) fn points_avx2(simd: V3, taps: &Taps, samples: &[f32; SPAN]) -> [[f32; PHASES]; WINDOWS] {
    simd.vectorize(Avx2 { simd, taps, samples })
}

pub(super) fn points_avx512(simd: V4, taps: &Taps, samples: &[f32; SPAN]) -> [[f32; PHASES]; WINDOWS] {
    simd.vectorize(Avx512 { simd, taps, samples })
}

struct Avx2<'a> {
    simd: V3,
    taps: &'a Taps,
    samples: &'a [f32; SPAN],
}

impl NullaryFnOnce for Avx2<'_> {
    type Output = [[f32; PHASES]; WINDOWS];

    #[inline(always)]
    fn call(self) -> Self::Output {
        let Self { simd, taps, samples } = self;
        let avx = simd.avx;
        let mut sums = [[avx._mm256_setzero_ps(); 2]; WINDOWS];
        for (tap, taps) in taps.iter().enumerate() {
            let taps: [__m256; 2] = cast(*taps);
            for window in 0..WINDOWS {
                let x = avx._mm256_set1_ps(samples[tap + window]);
                for half in 0..2 {
                    let product = avx._mm256_mul_ps(x, taps[half]);
                    sums[window][half] = avx._mm256_add_ps(sums[window][half], product);
                }
            }
        }
        sums.map(cast)
    }
}

struct Avx512<'a> {
    simd: V4,
    taps: &'a Taps,
    samples: &'a [f32; SPAN],
}

impl NullaryFnOnce for Avx512<'_> {
    type Output = [[f32; PHASES]; WINDOWS];

    #[inline(always)]
    fn call(self) -> Self::Output {
        let Self { simd, taps, samples } = self;
        let f = simd.avx512f;
        let mut sums = [f._mm512_setzero_ps(); WINDOWS];
        for (tap, taps) in taps.iter().enumerate() {
            let taps: __m512 = cast(*taps);
            for window in 0..WINDOWS {
                let product = f._mm512_mul_ps(f._mm512_set1_ps(samples[tap + window]), taps);
                sums[window] = f._mm512_add_ps(sums[window], product);
            }
        }
        sums.map(cast)
    }
}
