//! Sixteen lanes for AVX2 and AVX-512.
#![allow(clippy::inline_always)] // What is not inlined is not compiled for the instructions that it names.

use super::lanes::{LANES, TruePeakLanes};
use pulp::cast;
use pulp::x86::{V3, V4};
use std::arch::x86_64::{__m256, __m512, _CMP_GT_OQ};

impl TruePeakLanes for V4 {
    type V = __m512;

    #[inline(always)]
    fn load(self, from: &[f32; LANES]) -> __m512 {
        cast(*from)
    }

    #[inline(always)]
    fn store(self, v: __m512) -> [f32; LANES] {
        cast(v)
    }

    #[inline(always)]
    fn splat(self, x: f32) -> __m512 {
        self.avx512f._mm512_set1_ps(x)
    }

    #[inline(always)]
    fn add(self, a: __m512, b: __m512) -> __m512 {
        self.avx512f._mm512_add_ps(a, b)
    }

    #[inline(always)]
    fn sub(self, a: __m512, b: __m512) -> __m512 {
        self.avx512f._mm512_sub_ps(a, b)
    }

    #[inline(always)]
    fn mul(self, a: __m512, b: __m512) -> __m512 {
        self.avx512f._mm512_mul_ps(a, b)
    }

    #[inline(always)]
    fn max(self, a: __m512, b: __m512) -> __m512 {
        self.avx512f._mm512_max_ps(a, b)
    }

    #[inline(always)]
    fn abs(self, a: __m512) -> __m512 {
        self.avx512f._mm512_abs_ps(a)
    }

    #[inline(always)]
    fn above(self, a: __m512, b: __m512) -> u32 {
        u32::from(self.avx512f._mm512_cmp_ps_mask::<_CMP_GT_OQ>(a, b))
    }

    #[inline(always)]
    fn highest(self, a: __m512) -> f32 {
        let [low, high]: [__m256; 2] = cast(a);
        highest_of_eight(*self, self.avx._mm256_max_ps(low, high))
    }
}

impl TruePeakLanes for V3 {
    type V = [__m256; 2];

    #[inline(always)]
    fn load(self, from: &[f32; LANES]) -> [__m256; 2] {
        cast(*from)
    }

    #[inline(always)]
    fn store(self, v: [__m256; 2]) -> [f32; LANES] {
        cast(v)
    }

    #[inline(always)]
    fn splat(self, x: f32) -> [__m256; 2] {
        [self.avx._mm256_set1_ps(x); 2]
    }

    #[inline(always)]
    fn add(self, a: [__m256; 2], b: [__m256; 2]) -> [__m256; 2] {
        [self.avx._mm256_add_ps(a[0], b[0]), self.avx._mm256_add_ps(a[1], b[1])]
    }

    #[inline(always)]
    fn sub(self, a: [__m256; 2], b: [__m256; 2]) -> [__m256; 2] {
        [self.avx._mm256_sub_ps(a[0], b[0]), self.avx._mm256_sub_ps(a[1], b[1])]
    }

    #[inline(always)]
    fn mul(self, a: [__m256; 2], b: [__m256; 2]) -> [__m256; 2] {
        [self.avx._mm256_mul_ps(a[0], b[0]), self.avx._mm256_mul_ps(a[1], b[1])]
    }

    #[inline(always)]
    fn max(self, a: [__m256; 2], b: [__m256; 2]) -> [__m256; 2] {
        [self.avx._mm256_max_ps(a[0], b[0]), self.avx._mm256_max_ps(a[1], b[1])]
    }

    #[inline(always)]
    fn abs(self, a: [__m256; 2]) -> [__m256; 2] {
        let sign = self.avx._mm256_set1_ps(-0.0);
        [self.avx._mm256_andnot_ps(sign, a[0]), self.avx._mm256_andnot_ps(sign, a[1])]
    }

    #[inline(always)]
    fn above(self, a: [__m256; 2], b: [__m256; 2]) -> u32 {
        let avx = self.avx;
        let bits = |half: usize| avx._mm256_movemask_ps(avx._mm256_cmp_ps::<_CMP_GT_OQ>(a[half], b[half])) as u32;
        bits(0) | (bits(1) << 8)
    }

    #[inline(always)]
    fn highest(self, a: [__m256; 2]) -> f32 {
        highest_of_eight(self, self.avx._mm256_max_ps(a[0], a[1]))
    }
}

#[inline(always)]
fn highest_of_eight(simd: V3, a: __m256) -> f32 {
    let avx = simd.avx;
    let a = avx._mm256_max_ps(a, avx._mm256_permute2f128_ps::<1>(a, a));
    let a = avx._mm256_max_ps(a, avx._mm256_permute_ps::<0b01_00_11_10>(a));
    let a = avx._mm256_max_ps(a, avx._mm256_permute_ps::<0b10_11_00_01>(a));
    cast::<__m256, [f32; 8]>(a)[0]
}
