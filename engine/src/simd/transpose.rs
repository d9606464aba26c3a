//! Transposition of squares of samples in registers.
#![allow(clippy::inline_always)] // What is not inlined is not compiled for the instructions that it names.

use pulp::x86::{V3, V4};
use std::arch::x86_64::{__m256, __m256d};

/// Transposes rows into columns, eight by eight.
#[inline(always)]
pub(crate) fn transpose_8x8(simd: V4, r: [__m256; 8]) -> [__m256; 8] {
    let avx = simd.avx;
    let pairs = |a, b| [avx._mm256_unpacklo_ps(a, b), avx._mm256_unpackhi_ps(a, b)];
    let fours = |a, b| [avx._mm256_shuffle_ps::<0x44>(a, b), avx._mm256_shuffle_ps::<0xee>(a, b)];
    let ([a0, a1], [b0, b1]) = (pairs(r[0], r[1]), pairs(r[2], r[3]));
    let ([c0, c1], [d0, d1]) = (pairs(r[4], r[5]), pairs(r[6], r[7]));
    let ([e0, e1], [e2, e3]) = (fours(a0, b0), fours(a1, b1));
    let ([g0, g1], [g2, g3]) = (fours(c0, d0), fours(c1, d1));
    let low = |a, b| avx._mm256_permute2f128_ps::<0x20>(a, b);
    let high = |a, b| avx._mm256_permute2f128_ps::<0x31>(a, b);
    [low(e0, g0), low(e1, g1), low(e2, g2), low(e3, g3), high(e0, g0), high(e1, g1), high(e2, g2), high(e3, g3)]
}

/// Transposes rows into columns, four by four.
#[inline(always)]
pub(crate) fn transpose_4x4(simd: V3, [a, b, c, d]: [__m256d; 4]) -> [__m256d; 4] {
    let avx = simd.avx;
    let (low, high) = (avx._mm256_unpacklo_pd(a, b), avx._mm256_unpackhi_pd(a, b));
    let (low_2, high_2) = (avx._mm256_unpacklo_pd(c, d), avx._mm256_unpackhi_pd(c, d));
    [
        avx._mm256_permute2f128_pd::<0x20>(low, low_2),
        avx._mm256_permute2f128_pd::<0x20>(high, high_2),
        avx._mm256_permute2f128_pd::<0x31>(low, low_2),
        avx._mm256_permute2f128_pd::<0x31>(high, high_2),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::twin::assert_twin;
    use pulp::cast;
    use std::array::from_fn;

    #[test]
    fn eight_rows_become_eight_columns() {
        let square: [[f32; 8]; 8] = from_fn(|row| from_fn(|column| (8 * row + column) as f32));
        assert_twin(
            "simd/transpose of 8 × 8",
            &[square],
            |rows| -> [[f32; 8]; 8] { from_fn(|row| from_fn(|column| rows[column][row])) },
            |simd: V4, rows| transpose_8x8(simd, rows.map(cast)).map(cast::<__m256, [f32; 8]>),
        );
    }

    #[test]
    fn four_rows_become_four_columns() {
        let square: [[f64; 4]; 4] = from_fn(|row| from_fn(|column| (4 * row + column) as f64));
        assert_twin(
            "simd/transpose of 4 × 4",
            &[square],
            |rows| -> [[f64; 4]; 4] { from_fn(|row| from_fn(|column| rows[column][row])) },
            |simd: V3, rows| transpose_4x4(simd, rows.map(cast)).map(cast::<__m256d, [f64; 4]>),
        );
    }
}
