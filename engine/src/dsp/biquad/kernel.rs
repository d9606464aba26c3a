//! The inner loop of the cascade: eight f64 lanes, compiled for several instruction sets and chosen
//! at run time.
//!
//! Lane `section × channels + channel` holds one section of one channel. In one step every lane
//! reads the output of the lane of the section before it from the last step. The lanes are thus
//! independent of each other within the step. The first and last few frames of a block, where not
//! every section has work, run one section at a time. Multiplications and additions are the same,
//! in the same order, as in a plain loop, and never fused: every target gives the same bits.
#![allow(unsafe_code)] // `multiversion` expands to calls of functions compiled for a detected instruction set.
#![allow(clippy::inline_always)] // The bodies must be inlined into each of those functions to be compiled for its set.

use super::coefficients::Coefficients;
use super::group::CoefficientRows;
use super::group::LANES;
use super::group::LaneRows;
use super::group::SectionGroup;
use super::group::SectionMemory;
#[cfg(target_arch = "x86_64")]
use super::{kernel_avx2, kernel_avx512};
use crate::audio::BlockMut;
use crate::process::TRACKS_PER_BATCH;
use crate::simd::vectorised;

/// Frames between two checks of the memory, counted from the start, so that the bits do not depend
/// on how the input is split.
const SETTLE_FRAMES: usize = 1_024;
/// Memory below this, −600 dBFS, is set to 0. A filter that rings out in silence would otherwise
/// reach denormal numbers, which cost some processors a hundred cycles each.
const REST: f64 = 1e-30;

impl SectionGroup {
    /// Creates a group of as many sections as fit: `LANES / channels`. The rest of the lanes change
    /// nothing.
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
            coefficients: LaneRows(rows),
            memory: LaneRows([[0.0; LANES]; 2]),
            until_settled: SETTLE_FRAMES,
        }
    }

    pub(super) fn reset(&mut self) {
        self.memory.0 = [[0.0; LANES]; 2];
        self.until_settled = SETTLE_FRAMES;
    }

    /// Returns the memory of one section on one channel.
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
            self.settle(frames);
        }
    }

    /// Counts frames that have been run, no more than [`SectionGroup::until_settled`], and checks
    /// the memory when it is time.
    fn settle(&mut self, frames: usize) {
        self.until_settled -= frames;
        if self.until_settled == 0 {
            self.until_settled = SETTLE_FRAMES;
            let memory = self.memory.0.iter_mut().flatten();
            memory.filter(|value| value.abs() < REST).for_each(|value| *value = 0.0);
        }
    }

    /// Runs four groups, each on its own block; all blocks have the same length. Groups of one
    /// shape run side by side where the processor supports it. The bits are those of running them
    /// one after the other.
    pub(super) fn process_batch(
        groups: &mut [&mut Self; TRACKS_PER_BATCH],
        blocks: &mut [BlockMut<'_>; TRACKS_PER_BATCH],
    ) {
        #[cfg(target_arch = "x86_64")]
        if let Some(simd) = pulp::x86::V4::try_new()
            && groups.iter().all(|group| group.channels == 2 && group.narrow == groups[0].narrow)
        {
            let mut done = 0;
            while done < blocks[0].frames() {
                let until = groups.iter().map(|group| group.until_settled).min().unwrap_or(SETTLE_FRAMES);
                let frames = until.min(blocks[0].frames() - done);
                let mut parts = blocks.each_mut().map(|block| block.slice_mut(done..done + frames));
                if groups[0].narrow {
                    kernel_avx512::run::<2>(simd, groups, &mut parts);
                } else {
                    kernel_avx512::run::<4>(simd, groups, &mut parts);
                }
                for group in groups.iter_mut() {
                    group.settle(frames);
                }
                done += frames;
            }
            return;
        }
        groups.iter_mut().zip(blocks).for_each(|(group, block)| group.process(block));
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

/// Runs one lane for one frame.
#[inline(always)]
fn step_lane(c: &CoefficientRows, m: &mut SectionMemory, lane: usize, x: f64) -> f64 {
    let y = c[0][lane] * x + m[0][lane];
    m[0][lane] = c[1][lane] * x - c[3][lane] * y + m[1][lane];
    m[1][lane] = c[2][lane] * x - c[4][lane] * y;
    y
}

/// Runs the body shared by all shapes: `L` lanes in use, `C` channels, so `L / C` sections.
#[inline(always)]
fn run<const L: usize, const C: usize>(
    c: &CoefficientRows,
    m: &mut SectionMemory,
    mut channels: [&mut [f32]; C],
    steps: impl FnOnce(&CoefficientRows, &mut SectionMemory, &mut [f64; L], &mut [&mut [f32]; C], usize),
) {
    let sections = L / C;
    let frames = channels[0].len();
    // The last output of lane l; becomes the input of lane l + C.
    let mut y = [0.0; L];
    let lead = (sections - 1).min(frames);
    let flush = |m: &mut SectionMemory, y: &mut [f64; L], channels: &mut [&mut [f32]; C], first: usize, step: usize| {
        // Sections first.. have a frame in this step. Later sections run first, since each consumes
        // the output of the one before it.
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
    steps(c, m, &mut y, &mut channels, lead);
    // Steps after the last frame has entered: section s still has frames up to step frames − 1 + s.
    for step in frames..frames + sections - 1 {
        flush(m, &mut y, &mut channels, step - frames + 1, step);
    }
}

/// Runs the steps in which every section has work, from frame `lead` on, as a plain loop.
#[inline(always)]
fn plain_steps<const L: usize, const C: usize>(
    c: &CoefficientRows,
    m: &mut SectionMemory,
    y: &mut [f64; L],
    channels: &mut [&mut [f32]; C],
    lead: usize,
) {
    let sections = L / C;
    let frames = channels[0].len();
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
}

vectorised! {
    fn one_channel_four_lanes(c: &CoefficientRows, m: &mut SectionMemory, samples: &mut [f32]) {
        run(c, m, [samples], plain_steps::<4, 1>);
    }
}

vectorised! {
    fn one_channel_eight_lanes(c: &CoefficientRows, m: &mut SectionMemory, samples: &mut [f32]) {
        run(c, m, [samples], plain_steps::<8, 1>);
    }
}

vectorised! {
    fn two_channels_four_lanes(c: &CoefficientRows, m: &mut SectionMemory, left: &mut [f32], right: &mut [f32]) {
        run(c, m, [left, right], plain_steps::<4, 2>);
    }
}

fn two_channels_eight_lanes(c: &CoefficientRows, m: &mut SectionMemory, left: &mut [f32], right: &mut [f32]) {
    #[cfg(target_arch = "x86_64")]
    if let Some(simd) = pulp::x86::V3::try_new() {
        return run::<8, 2>(c, m, [left, right], |c, m, y, channels: &mut [&mut [f32]; 2], lead| {
            kernel_avx2::steps(simd, c, m, y, channels, lead);
        });
    }
    run(c, m, [left, right], plain_steps::<8, 2>);
}

#[cfg(target_arch = "x86_64")]
#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::AudioBuffer;
    use crate::dsp::biquad::BellBand;
    use crate::simd::twin::assert_twin;
    use crate::units::SampleRate;
    use mixdown_fixtures::signals::white_noise;
    use pulp::x86::{V3, V4};
    use std::array::from_fn;

    /// Lengths of blocks: shorter than the chain, whole tiles, and tiles with a rest.
    const LENGTHS: [usize; 10] = [0, 1, 2, 3, 4, 11, 35, 64, 67, 1_000];

    /// Memory of a group and both channels of its track after a run.
    type Outcome = ([[f64; LANES]; 2], [Vec<f32>; 2]);

    /// Returns a group of `sections` on a stereo track, with something in its memory, and a block
    /// of noise for it.
    fn track(track: usize, sections: usize, frames: usize) -> (SectionGroup, AudioBuffer) {
        let rate = SampleRate::new(48_000).unwrap();
        let bell = |n: usize| {
            let place = (n + track) as f64;
            let band = BellBand { q: 1.1, ..BellBand::new(100.0 * 1.7_f64.powf(place), 3.5 - place) };
            band.design(rate).unwrap()
        };
        let mut group = SectionGroup::new(&(0..sections).flat_map(bell).collect::<Vec<_>>(), 2);
        for (section, channel) in (0..sections).flat_map(|section| [(section, 0), (section, 1)]) {
            group.set_memory(section, channel, [0.1 * (1 + section) as f64, -0.2 * (1 + channel) as f64]);
        }
        let noise = [0, 1].map(|channel| white_noise((2 * track + channel) as u64, 0.9, frames));
        (group, AudioBuffer::from_channels(&noise))
    }

    fn outcome(group: &SectionGroup, audio: &AudioBuffer) -> Outcome {
        (group.memory.0, [0, 1].map(|channel| audio.channel(channel).to_vec()))
    }

    /// Runs the sections of a track as a plain loop.
    fn plain(index: usize, sections: usize, frames: usize) -> Outcome {
        let (mut group, mut audio) = track(index, sections, frames);
        let mut block = audio.block_mut();
        let (left, right) = block.pair_mut();
        let (c, m) = (&group.coefficients.0, &mut group.memory.0);
        if group.narrow {
            run(c, m, [left, right], plain_steps::<4, 2>);
        } else {
            run(c, m, [left, right], plain_steps::<8, 2>);
        }
        outcome(&group, &audio)
    }

    #[test]
    fn four_sections_of_a_stereo_track_equal_their_plain_twin() {
        let twin = |simd: V3, frames: &usize| {
            let (mut group, mut audio) = track(0, 4, *frames);
            let mut block = audio.block_mut();
            let (left, right) = block.pair_mut();
            let (c, m) = (&group.coefficients.0, &mut group.memory.0);
            run::<LANES, 2>(c, m, [left, right], |c, m, y, channels: &mut [&mut [f32]; 2], lead| {
                kernel_avx2::steps(simd, c, m, y, channels, lead);
            });
            outcome(&group, &audio)
        };
        assert_twin("dsp/biquad/kernel_avx2", &LENGTHS, |frames| plain(0, 4, *frames), twin);
    }

    #[test]
    fn four_tracks_side_by_side_equal_their_plain_twins() {
        let inputs: Vec<(usize, usize)> =
            [2, 4].iter().flat_map(|count| LENGTHS.map(|frames| (*count, frames))).collect();
        let twin = |simd: V4, &(sections, frames): &(usize, usize)| -> [Outcome; TRACKS_PER_BATCH] {
            let mut tracks: [_; TRACKS_PER_BATCH] = from_fn(|index| track(index, sections, frames));
            let [a, b, c, d] = tracks.each_mut();
            let mut groups = [&mut a.0, &mut b.0, &mut c.0, &mut d.0];
            let mut blocks = [a.1.block_mut(), b.1.block_mut(), c.1.block_mut(), d.1.block_mut()];
            if sections == 2 {
                kernel_avx512::run::<2>(simd, &mut groups, &mut blocks);
            } else {
                kernel_avx512::run::<4>(simd, &mut groups, &mut blocks);
            }
            tracks.each_ref().map(|(group, audio)| outcome(group, audio))
        };
        let plain = |&(sections, frames): &(usize, usize)| -> [Outcome; TRACKS_PER_BATCH] {
            from_fn(|index| plain(index, sections, frames))
        };
        assert_twin("dsp/biquad/kernel_avx512", &inputs, plain, twin);
    }
}
