//! The steps of four sections on a stereo track for AVX2: two registers of two sections each. The
//! lanes move on by one permutation per register. Compilers make a detour through memory or single
//! lanes of the plain loop: 3.5 ns per frame (benches/cascade.rs) against 5.7.
#![allow(clippy::inline_always)] // What is not inlined is not compiled for the instructions that it names.

use super::group::{CoefficientRows, LANES, SectionMemory};
use pulp::{NullaryFnOnce, cast, x86::V3};
use std::arch::x86_64::__m128d;

/// Frames converted at a time.
const TILE: usize = 32;
/// Frames by which the last section is behind the first.
const BEHIND: usize = 3;

/// Runs the steps as `plain_steps::<8, 2>` of the kernel does, bit for bit.
pub(super) fn steps(
    simd: V3,
    c: &CoefficientRows,
    m: &mut SectionMemory,
    y: &mut [f64; LANES],
    channels: &mut [&mut [f32]; 2],
    lead: usize,
) {
    if lead == BEHIND {
        simd.vectorize(Steps { simd, c, m, y, channels });
    }
}

struct Steps<'a, 'b> {
    simd: V3,
    c: &'a CoefficientRows,
    m: &'a mut SectionMemory,
    y: &'a mut [f64; LANES],
    channels: &'a mut [&'b mut [f32]; 2],
}

impl NullaryFnOnce for Steps<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn call(mut self) {
        let frames = self.channels[0].len().min(self.channels[1].len());
        let mut start = BEHIND;
        while start + TILE <= frames {
            self.tile::<TILE>(start);
            start += TILE;
        }
        for start in start..frames {
            self.tile::<1>(start);
        }
    }
}

impl Steps<'_, '_> {
    #[inline(always)]
    fn tile<const FRAMES: usize>(&mut self, start: usize) {
        let avx = self.simd.avx;
        let row = |row: &[f64; LANES]| cast::<_, [_; 2]>(*row);
        let [b0, b1, b2, a1, a2] = self.c.each_ref().map(row);
        let [mut s1, mut s2] = self.m.each_ref().map(row);
        let mut y = row(self.y);
        let mut frames = [[0.0_f64; 2]; FRAMES];
        for (channel, samples) in self.channels.iter().enumerate() {
            for (frame, sample) in frames.iter_mut().zip(&samples[start..start + FRAMES]) {
                frame[channel] = f64::from(*sample);
            }
        }
        for frame in &mut frames {
            let input = avx._mm256_castpd128_pd256(cast::<_, __m128d>(*frame));
            let x = [avx._mm256_permute2f128_pd::<0x20>(input, y[0]), avx._mm256_permute2f128_pd::<0x21>(y[0], y[1])];
            for half in 0..2 {
                let x = x[half];
                let out = avx._mm256_add_pd(avx._mm256_mul_pd(b0[half], x), s1[half]);
                let fed = avx._mm256_sub_pd(avx._mm256_mul_pd(b1[half], x), avx._mm256_mul_pd(a1[half], out));
                s1[half] = avx._mm256_add_pd(fed, s2[half]);
                s2[half] = avx._mm256_sub_pd(avx._mm256_mul_pd(b2[half], x), avx._mm256_mul_pd(a2[half], out));
                y[half] = out;
            }
            *frame = cast(avx._mm256_extractf128_pd::<1>(y[1]));
        }
        for (channel, samples) in self.channels.iter_mut().enumerate() {
            for (frame, sample) in frames.iter().zip(&mut samples[start - BEHIND..start - BEHIND + FRAMES]) {
                *sample = frame[channel] as f32;
            }
        }
        *self.m = [cast(s1), cast(s2)];
        *self.y = cast(y);
    }
}
