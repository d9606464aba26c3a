//! Levels of four stereo programmes side by side for AVX-512: a lane is one channel of one of them.
#![allow(clippy::inline_always)] // What is not inlined is not compiled for the instructions that it names.

use super::k_weighting::{KCoefficients, Section};
use super::level_state::{LevelLanes, LevelSums};
use super::reading::{LARGEST, finite};
use crate::process::TRACKS_PER_BATCH;
use crate::simd::transpose::transpose_8x8;
use pulp::{NullaryFnOnce, cast, x86::V4};
use std::arch::x86_64::{__m256, __m512d, _CMP_LE_OQ};

/// Frames turned from channels into lanes at a time.
const TILE: usize = 8;
const LANES: usize = 2 * TRACKS_PER_BATCH;

/// Runs as [`LevelLanes::run`] does for four, bit for bit: the same products and sums, in its
/// order.
pub(super) fn run(
    simd: V4,
    k: &KCoefficients,
    four: &mut [&mut LevelLanes<2>; TRACKS_PER_BATCH],
    input: [[&[f32]; 2]; TRACKS_PER_BATCH],
) {
    simd.vectorize(LevelRun { simd, k, four, input });
}

struct LevelRun<'a, 'b> {
    simd: V4,
    k: &'a KCoefficients,
    four: &'a mut [&'b mut LevelLanes<2>; TRACKS_PER_BATCH],
    input: [[&'a [f32]; 2]; TRACKS_PER_BATCH],
}

/// Values that a frame reads and changes.
#[derive(Clone, Copy)]
struct LevelState {
    simd: V4,
    shelf: [__m512d; 5],
    high_pass: [__m512d; 5],
    input: [__m512d; 2],
    shelved: [__m512d; 2],
    weighted: [__m512d; 2],
    energy: __m512d,
    plain: __m512d,
    squares: __m512d,
    products: __m512d,
}

impl LevelState {
    #[inline(always)]
    fn frame(&mut self, x: __m512d) {
        let f = self.simd.avx512f;
        let section =
            |[b0, b1, b2, a1, a2]: [__m512d; 5], x: __m512d, [x1, x2]: [__m512d; 2], [y1, y2]: [__m512d; 2]| {
                let fed = f._mm512_add_pd(f._mm512_mul_pd(b0, x), f._mm512_mul_pd(b1, x1));
                let fed = f._mm512_add_pd(fed, f._mm512_mul_pd(b2, x2));
                f._mm512_sub_pd(f._mm512_sub_pd(fed, f._mm512_mul_pd(a2, y2)), f._mm512_mul_pd(a1, y1))
            };
        let y = section(self.shelf, x, self.input, self.shelved);
        let z = section(self.high_pass, y, self.shelved, self.weighted);
        self.input = [x, self.input[0]];
        self.shelved = [y, self.shelved[0]];
        self.weighted = [z, self.weighted[0]];
        self.energy = f._mm512_add_pd(self.energy, f._mm512_mul_pd(z, z));
        self.plain = f._mm512_add_pd(self.plain, x);
        self.squares = f._mm512_add_pd(self.squares, f._mm512_mul_pd(x, x));
        let opposite = f._mm512_permute_pd::<0x55>(x);
        self.products = f._mm512_add_pd(self.products, f._mm512_mul_pd(x, opposite));
    }
}

impl NullaryFnOnce for LevelRun<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { simd, k, four, input } = self;
        let (avx, f) = (simd.avx, simd.avx512f);
        let section = |Section { b: [b0, b1, b2], a: [a1, a2] }| [b0, b1, b2, a1, a2].map(|c| f._mm512_set1_pd(c));
        let lanes = |of: fn(&LevelLanes<2>) -> [f64; 2]| {
            cast::<[[f64; 2]; TRACKS_PER_BATCH], __m512d>(four.each_ref().map(|lanes| of(lanes)))
        };
        let mut state = LevelState {
            simd,
            shelf: section(k.shelf),
            high_pass: section(k.high_pass),
            input: [lanes(|one| one.input[0]), lanes(|one| one.input[1])],
            shelved: [lanes(|one| one.shelved[0]), lanes(|one| one.shelved[1])],
            weighted: [lanes(|one| one.weighted[0]), lanes(|one| one.weighted[1])],
            energy: lanes(|one| one.energy),
            plain: lanes(|one| one.sums.plain),
            squares: lanes(|one| one.sums.squares),
            products: lanes(|one| one.sums.products),
        };
        let [[a, b], [c, d], [e, g], [h, i]] = input;
        let channels: [&[f32]; LANES] = [a, b, c, d, e, g, h, i];
        let frames = channels.iter().map(|samples| samples.len()).min().unwrap_or(0);
        let (magnitude, largest) = (avx._mm256_set1_ps(f32::from_bits(0x7fff_ffff)), avx._mm256_set1_ps(LARGEST));
        let mut start = 0;
        while start + TILE <= frames {
            let rows = channels.map(|samples| {
                let x: __m256 = cast::<[f32; TILE], _>(std::array::from_fn(|n| samples[start..start + TILE][n]));
                let is_level = avx._mm256_cmp_ps::<_CMP_LE_OQ>(avx._mm256_and_ps(x, magnitude), largest);
                avx._mm256_and_ps(x, is_level)
            });
            for column in transpose_8x8(simd, rows) {
                state.frame(f._mm512_cvtps_pd(column));
            }
            start += TILE;
        }
        for frame in start..frames {
            state.frame(cast(channels.map(|samples| f64::from(finite(samples[frame])))));
        }
        let pairs = cast::<__m512d, [[f64; 2]; TRACKS_PER_BATCH]>;
        let memory = [state.input, state.shelved, state.weighted].map(|rows| rows.map(pairs));
        let (energy, plain) = (pairs(state.energy), pairs(state.plain));
        let (squares, products) = (pairs(state.squares), pairs(state.products));
        for (index, lanes) in four.iter_mut().enumerate() {
            let [input, shelved, weighted] = memory.map(|rows| rows.map(|row| row[index]));
            let sums = LevelSums { plain: plain[index], squares: squares[index], products: products[index] };
            **lanes = LevelLanes { input, shelved, weighted, energy: energy[index], sums };
        }
    }
}
