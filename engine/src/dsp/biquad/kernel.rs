//! The inner loop of the cascade: eight f64 lanes, compiled for several instruction sets and chosen at run time.
//!
//! Lane `section × channels + channel` holds one section of one channel. In one step every lane takes in what the lane of the
//! section before it gave out a step ago, so that the lanes are independent of each other within the step. The first and last
//! few frames of a block, where not every section has work, run one section at a time. Multiplications and additions are the
//! same, in the same order, as in a plain loop, and never fused: every target gives the same bits.
#![allow(unsafe_code)] // `multiversion` expands to calls of functions compiled for a detected instruction set.
#![allow(clippy::inline_always)] // The bodies must be inlined into each of those functions to be compiled for its set.

use super::coefficients::Coefficients;
use crate::audio::BlockMut;
use multiversion::multiversion;

/// Lanes of a group: one AVX-512 register or two AVX2 registers of f64.
pub(super) const LANES: usize = 8;

/// Memory is looked at every so many frames, counted from the start: no split of the input can be told from another.
const SETTLE_FRAMES: usize = 1_024;
/// Memory below this, −600 dBFS, is let go. A filter that rings out in silence would come to denormal numbers, which cost some
/// processors a hundred cycles each.
const REST: f64 = 1e-30;

/// Up to eight lanes of sections in series, their coefficients and their memory.
#[derive(Clone, Debug)]
pub(super) struct Group {
    channels: usize,
    narrow: bool,
    coefficients: Lanes<5>,
    memory: Lanes<2>,
    /// Frames until memory is looked at again.
    until_settled: usize,
}

/// Rows of eight lanes: b0, b1, b2, a1, a2, or the two memories of the transposed direct form II.
#[derive(Clone, Debug)]
#[repr(align(64))]
struct Lanes<const ROWS: usize>([[f64; LANES]; ROWS]);

impl Group {
    /// As many sections as fit: `LANES / channels`. The rest of the lanes change nothing.
    pub(super) fn new(sections: &[Coefficients], channels: usize) -> Self {
        let mut rows = [[0.0; LANES]; 5];
        for lane in 0..LANES {
            let c = sections.get(lane / channels).unwrap_or(&Coefficients::IDENTITY);
            for (row, value) in rows.iter_mut().zip([c.b0, c.b1, c.b2, c.a1, c.a2]) {
                row[lane] = value;
            }
        }
        let narrow = sections.len() * channels <= LANES / 2;
        Self {
            channels,
            narrow,
            coefficients: Lanes(rows),
            memory: Lanes([[0.0; LANES]; 2]),
            until_settled: SETTLE_FRAMES,
        }
    }

    pub(super) fn reset(&mut self) {
        self.memory.0 = [[0.0; LANES]; 2];
        self.until_settled = SETTLE_FRAMES;
    }

    /// The memory of one section on one channel.
    pub(super) fn memory(&self, section: usize, channel: usize) -> [f64; 2] {
        let lane = section * self.channels + channel;
        [self.memory.0[0][lane], self.memory.0[1][lane]]
    }

    pub(super) fn set_memory(&mut self, section: usize, channel: usize, memory: [f64; 2]) {
        let lane = section * self.channels + channel;
        [self.memory.0[0][lane], self.memory.0[1][lane]] = memory;
    }

    pub(super) fn process(&mut self, block: &mut BlockMut<'_>) {
        let mut done = 0;
        while done < block.frames() {
            let frames = self.until_settled.min(block.frames() - done);
            self.run(&mut block.slice_mut(done..done + frames));
            done += frames;
            self.until_settled -= frames;
            if self.until_settled == 0 {
                self.until_settled = SETTLE_FRAMES;
                let memory = self.memory.0.iter_mut().flatten();
                memory.filter(|value| value.abs() < REST).for_each(|value| *value = 0.0);
            }
        }
    }

    #[cfg(test)]
    pub(super) fn at_rest(&self) -> bool {
        self.memory.0.as_flattened().iter().all(|value| *value == 0.0)
    }

    fn run(&mut self, block: &mut BlockMut<'_>) {
        let (c, m) = (&self.coefficients.0, &mut self.memory.0);
        match (self.channels, self.narrow) {
            (1, true) => one_channel_four_lanes(c, m, block.channel_mut(0)),
            (1, false) => one_channel_eight_lanes(c, m, block.channel_mut(0)),
            (_, narrow) => {
                let (left, right) = block.pair_mut();
                if narrow {
                    two_channels_four_lanes(c, m, left, right);
                } else {
                    two_channels_eight_lanes(c, m, left, right);
                }
            }
        }
    }
}

type Rows = [[f64; LANES]; 5];
type Memory = [[f64; LANES]; 2];

/// One lane, one frame.
#[inline(always)]
fn step_lane(c: &Rows, m: &mut Memory, lane: usize, x: f64) -> f64 {
    let y = c[0][lane] * x + m[0][lane];
    m[0][lane] = c[1][lane] * x - c[3][lane] * y + m[1][lane];
    m[1][lane] = c[2][lane] * x - c[4][lane] * y;
    y
}

/// The body shared by all shapes: `L` lanes in use, `C` channels, so `L / C` sections.
#[inline(always)]
fn run<const L: usize, const C: usize>(c: &Rows, m: &mut Memory, mut channels: [&mut [f32]; C]) {
    let sections = L / C;
    let frames = channels[0].len();
    // What lane l gave out last; becomes the input of lane l + C.
    let mut y = [0.0; L];
    let lead = (sections - 1).min(frames);
    let flush = |m: &mut Memory, y: &mut [f64; L], channels: &mut [&mut [f32]; C], first: usize, step: usize| {
        // Sections first.. have a frame in this step; later sections first, since each eats what the one before it left.
        let last = step.min(sections - 1);
        for section in (first..=last).rev() {
            for (channel, samples) in channels.iter_mut().enumerate() {
                let lane = section * C + channel;
                let x = if section == 0 { f64::from(samples[step]) } else { y[lane - C] };
                y[lane] = step_lane(c, m, lane, x);
                if section == sections - 1 {
                    samples[step - section] = y[lane] as f32;
                }
            }
        }
    };
    for step in 0..lead {
        flush(m, &mut y, &mut channels, 0, step);
    }
    let mut b0 = [0.0; L];
    let mut b1 = [0.0; L];
    let mut b2 = [0.0; L];
    let mut a1 = [0.0; L];
    let mut a2 = [0.0; L];
    let mut s1 = [0.0; L];
    let mut s2 = [0.0; L];
    b0.copy_from_slice(&c[0][..L]);
    b1.copy_from_slice(&c[1][..L]);
    b2.copy_from_slice(&c[2][..L]);
    a1.copy_from_slice(&c[3][..L]);
    a2.copy_from_slice(&c[4][..L]);
    s1.copy_from_slice(&m[0][..L]);
    s2.copy_from_slice(&m[1][..L]);
    for step in lead..frames {
        let mut x = [0.0; L];
        x[C..].copy_from_slice(&y[..L - C]);
        for channel in 0..C {
            x[channel] = f64::from(channels[channel][step]);
        }
        for lane in 0..L {
            y[lane] = b0[lane] * x[lane] + s1[lane];
        }
        for lane in 0..L {
            s1[lane] = b1[lane] * x[lane] - a1[lane] * y[lane] + s2[lane];
        }
        for lane in 0..L {
            s2[lane] = b2[lane] * x[lane] - a2[lane] * y[lane];
        }
        for channel in 0..C {
            channels[channel][step + 1 - sections] = y[L - C + channel] as f32;
        }
    }
    m[0][..L].copy_from_slice(&s1);
    m[1][..L].copy_from_slice(&s2);
    // Steps after the last frame has entered: section s still has frames up to step frames − 1 + s.
    for step in frames..frames + sections - 1 {
        flush(m, &mut y, &mut channels, step - frames + 1, step);
    }
}

#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq+avx512bw", "x86_64+avx2", "x86_64+avx"))]
fn one_channel_four_lanes(c: &Rows, m: &mut Memory, samples: &mut [f32]) {
    run::<4, 1>(c, m, [samples]);
}

#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq+avx512bw", "x86_64+avx2", "x86_64+avx"))]
fn one_channel_eight_lanes(c: &Rows, m: &mut Memory, samples: &mut [f32]) {
    run::<8, 1>(c, m, [samples]);
}

#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq+avx512bw", "x86_64+avx2", "x86_64+avx"))]
fn two_channels_four_lanes(c: &Rows, m: &mut Memory, left: &mut [f32], right: &mut [f32]) {
    run::<4, 2>(c, m, [left, right]);
}

#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq+avx512bw", "x86_64+avx2", "x86_64+avx"))]
fn two_channels_eight_lanes(c: &Rows, m: &mut Memory, left: &mut [f32], right: &mut [f32]) {
    run::<8, 2>(c, m, [left, right]);
}
