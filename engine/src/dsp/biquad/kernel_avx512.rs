//! Four stereo tracks side by side for AVX-512: a lane is one channel of one track, a register one
//! section of all of them.
//!
//! Nothing moves between lanes, and each section is one frame behind the one before it. A step thus
//! waits for one filter and not for four: 1.5 ns per frame of a track, against 3.5 for one track
//! alone (benches/cascade.rs). Products and sums are those of the plain loop, in its order.
#![allow(clippy::inline_always)] // What is not inlined is not compiled for the instructions that it names.

use super::group::{LANES, SectionGroup};
use crate::audio::BlockMut;
use crate::process::TRACKS_PER_BATCH;
use crate::simd::transpose::transpose_8x8;
use pulp::{NullaryFnOnce, cast, x86::V4};
use std::arch::x86_64::{__m256, __m512d};

/// Frames turned from channels into lanes at a time.
const TILE: usize = 8;

/// Runs `S` sections of four groups of two channels on blocks of as many frames.
pub(super) fn run<const S: usize>(
    simd: V4,
    groups: &mut [&mut SectionGroup; TRACKS_PER_BATCH],
    blocks: &mut [BlockMut<'_>; TRACKS_PER_BATCH],
) {
    let mut filter = Filter::<S> { coefficients: [[[0.0; LANES]; 5]; S], memory: [[[0.0; LANES]; 2]; S] };
    for (track, group) in groups.iter().enumerate() {
        for (lane, section) in (0..2 * S).map(|n| (n, n / 2)) {
            let to = 2 * track + lane % 2;
            let rows = filter.coefficients[section].iter_mut().zip(&group.coefficients.0);
            rows.for_each(|(row, value)| row[to] = value[lane]);
            let rows = filter.memory[section].iter_mut().zip(&group.memory.0);
            rows.for_each(|(row, value)| row[to] = value[lane]);
        }
    }
    let [a, b, c, d] = blocks.each_mut().map(BlockMut::pair_mut);
    simd.vectorize(SectionRun { simd, filter: &mut filter, channels: [a.0, a.1, b.0, b.1, c.0, c.1, d.0, d.1] });
    for (track, group) in groups.iter_mut().enumerate() {
        for (lane, section) in (0..2 * S).map(|n| (n, n / 2)) {
            let rows = group.memory.0.iter_mut().zip(&filter.memory[section]);
            rows.for_each(|(value, row)| value[lane] = row[2 * track + lane % 2]);
        }
    }
}

/// Coefficients b0, b1, b2, a1, a2 and memory of each section, one channel of a track per lane.
#[repr(align(64))]
struct Filter<const S: usize> {
    coefficients: [[[f64; LANES]; 5]; S],
    memory: [[[f64; LANES]; 2]; S],
}

struct SectionRun<'a, const S: usize> {
    simd: V4,
    filter: &'a mut Filter<S>,
    channels: [&'a mut [f32]; LANES],
}

/// Values that a step reads and changes.
#[derive(Clone, Copy)]
struct SectionState<const S: usize> {
    simd: V4,
    coefficients: [[__m512d; 5]; S],
    memory: [[__m512d; 2]; S],
    /// Last output of each section: the input of the one after it.
    out: [__m512d; S],
}

impl<const S: usize> SectionState<S> {
    /// Runs one section on the last output of the one before it; the first section runs on `x`.
    #[inline(always)]
    fn section(&mut self, section: usize, x: __m512d) {
        let f = self.simd.avx512f;
        let x = if section == 0 { x } else { self.out[section - 1] };
        let [b0, b1, b2, a1, a2] = self.coefficients[section];
        let [s1, s2] = &mut self.memory[section];
        let y = f._mm512_add_pd(f._mm512_mul_pd(b0, x), *s1);
        *s1 = f._mm512_add_pd(f._mm512_sub_pd(f._mm512_mul_pd(b1, x), f._mm512_mul_pd(a1, y)), *s2);
        *s2 = f._mm512_sub_pd(f._mm512_mul_pd(b2, x), f._mm512_mul_pd(a2, y));
        self.out[section] = y;
    }

    /// Runs all sections, the later ones first, as each consumes the output of the one before it.
    #[inline(always)]
    fn step(&mut self, x: __m512d) {
        for section in 0..S {
            self.section(S - 1 - section, x);
        }
    }
}

impl<const S: usize> NullaryFnOnce for SectionRun<'_, S> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { simd, filter, mut channels } = self;
        let f = simd.avx512f;
        let behind = S - 1;
        let frames = channels.iter().map(|samples| samples.len()).min().unwrap_or(0);
        let mut state = SectionState::<S> {
            simd,
            coefficients: filter.coefficients.map(|rows| rows.map(cast)),
            memory: filter.memory.map(|rows| rows.map(cast)),
            out: [f._mm512_setzero_pd(); S],
        };
        let frame = |channels: &[&mut [f32]; LANES], n: usize| {
            f._mm512_cvtps_pd(cast::<[f32; LANES], __m256>(channels.each_ref().map(|samples| samples[n])))
        };
        let put = |channels: &mut [&mut [f32]; LANES], n: usize, out: __m512d| {
            let values: [f32; LANES] = cast(f._mm512_cvtpd_ps(out));
            channels.iter_mut().zip(values).for_each(|(samples, value)| samples[n] = value);
        };
        // The first steps, in which the later sections have nothing to do yet. These are loops, as
        // functions called by closures here are not inlined.
        let lead = behind.min(frames);
        for n in 0..lead {
            let x = frame(&channels, n);
            for section in (0..=n).rev() {
                state.section(section, x);
            }
        }
        let mut start = lead;
        // A copy that is only ever indexed by constants lives in registers.
        let mut inner = state;
        while start + TILE <= frames {
            let rows = channels
                .each_ref()
                .map(|samples| cast::<[f32; TILE], __m256>(std::array::from_fn(|n| samples[start..start + TILE][n])));
            let mut columns = transpose_8x8(simd, rows);
            for column in &mut columns {
                inner.step(f._mm512_cvtps_pd(*column));
                *column = f._mm512_cvtpd_ps(inner.out[S - 1]);
            }
            for (samples, row) in channels.iter_mut().zip(transpose_8x8(simd, columns)) {
                samples[start - behind..start - behind + TILE].copy_from_slice(&cast::<__m256, [f32; TILE]>(row));
            }
            start += TILE;
        }
        state = inner;
        for n in start..frames {
            let x = frame(&channels, n);
            state.step(x);
            put(&mut channels, n - behind, state.out[S - 1]);
        }
        // The last steps, in which the first sections have nothing left to do. Blocks shorter than
        // the chain have fewer frames in it.
        for step in frames..frames + behind {
            let (first, last) = (step + 1 - frames, step.min(S - 1));
            for section in (first..=last).rev() {
                state.section(section, f._mm512_setzero_pd());
            }
            if last == S - 1 {
                put(&mut channels, step - behind, state.out[S - 1]);
            }
        }
        filter.memory = state.memory.map(|rows| rows.map(cast));
    }
}
