//! 24-bit stereo to two planes for AVX2, eight frames at a time: compilers take such bytes apart
//! one by one.
#![allow(clippy::inline_always)] // Only inlined code is compiled for these instructions.

use pulp::{NullaryFnOnce, cast, x86::V3};
use std::arch::x86_64::__m256i;

const FRAMES: usize = 8;
const FRAME_BYTES: usize = 6;

/// Converts as many whole groups of eight frames as there are, where the processor has the
/// instructions. Returns the number of frames converted.
pub(in crate::io) fn stereo_24(bytes: &[u8], left: &mut [f32], right: &mut [f32]) -> usize {
    V3::try_new().map_or(0, |simd| simd.vectorize(Stereo { simd, bytes, left, right }))
}

struct Stereo<'a> {
    simd: V3,
    bytes: &'a [u8],
    left: &'a mut [f32],
    right: &'a mut [f32],
}

/// Returns a shuffle of two frames from twelve bytes, `skip` after the lane's first. Both left
/// samples come first, then both right ones, each in the upper three bytes of its word.
const fn words(skip: u8) -> [u8; 16] {
    const ZERO: u8 = 0x80;
    let first_bytes = [0, 6, 3, 9];
    let mut lane = [ZERO; 16];
    let mut word = 0;
    while word < 4 {
        let mut byte = 0;
        while byte < 3 {
            lane[4 * word + 1 + byte] = skip + first_bytes[word] + byte as u8;
            byte += 1;
        }
        word += 1;
    }
    lane
}

/// The last load of a group begins four bytes early: then it ends with the group.
const EARLY: usize = 4;

impl NullaryFnOnce for Stereo<'_> {
    type Output = usize;

    #[inline(always)]
    fn call(self) -> usize {
        let Self { simd: V3 { avx, avx2, .. }, bytes, left, right } = self;
        let to_words = cast::<_, __m256i>([words(0), words(0)]);
        let last_to_words = cast::<_, __m256i>([words(0), words(EARLY as u8)]);
        let scale = avx._mm256_set1_ps(1.0 / 2_147_483_648.0);
        let (groups, _) = bytes.as_chunks::<{ FRAMES * FRAME_BYTES }>();
        let planes = left.as_chunks_mut::<FRAMES>().0.iter_mut().zip(right.as_chunks_mut::<FRAMES>().0);
        let mut done = 0;
        for (group, (left, right)) in groups.iter().zip(planes) {
            let lanes = |a: usize, b: usize| {
                let lane = |at: usize| *group[at..].first_chunk::<16>().unwrap_or(&[0; 16]);
                cast::<_, __m256i>([lane(a), lane(b)])
            };
            let even = avx2._mm256_shuffle_epi8(lanes(0, 24), to_words);
            let odd = avx2._mm256_shuffle_epi8(lanes(12, 36 - EARLY), last_to_words);
            let [even, odd] = [even, odd].map(|words| {
                let values = avx._mm256_mul_ps(avx._mm256_cvtepi32_ps(words), scale);
                avx._mm256_castps_pd(values)
            });
            *left = cast(avx._mm256_unpacklo_pd(even, odd));
            *right = cast(avx._mm256_unpackhi_pd(even, odd));
            done += FRAMES;
        }
        done
    }
}
