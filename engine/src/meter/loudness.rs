//! Loudness: momentary, short-term, integrated and loudness range (ITU-R BS.1770-4, EBU Tech 3341
//! and 3342).
#![allow(unsafe_code)] // `multiversion` expands to calls of functions compiled for a detected instruction set.

use super::gating::{integrated_power, loudness_range};
use super::k_weighting::{KCoefficients, loudness_weight};
use super::level_state::{ChannelSums, LevelLanes};
use super::reading::power_lufs;
use crate::audio::{Block, ChannelLayout};
use crate::process::Tap;
use crate::simd::vectorised;
use crate::units::SampleRate;
use std::ops::Range;

/// Steps per second of the grid on which windows end. Maxima are measured every 10 ms, as Tech 3341
/// cases 10, 11, 13 and 14 require.
const STEPS_A_SECOND: u64 = 100;
/// Momentary window, 400 ms, in steps.
const MOMENTARY_STEPS: u64 = 40;
/// Short-term window, 3 s, in steps.
const SHORT_TERM_STEPS: u64 = 300;
/// Steps between gating blocks, and between the windows of loudness range: 100 ms. 75 % overlap of
/// 400 ms, 2.9 s overlap of 3 s.
const GATING_STEPS: u64 = 10;
/// Gating blocks for which room is reserved at the start: one hour.
const RESERVED_BLOCKS: usize = 36_000;

/// Measures the loudness of a programme.
///
/// Audio thread for the first hour: 16 bytes are kept for every 100 ms. Past the reserved hour that
/// memory grows now and then, unless a [`ProgrammeMeter`](super::ProgrammeMeter) around it clears
/// its history. Every sum is in f64 and runs in stream order, so that the bits do not depend on how
/// the input is split.
#[derive(Clone, Debug)]
pub struct LoudnessMeter {
    rate: SampleRate,
    coefficients: KCoefficients,
    /// Channels two by two, and the last one alone where their number is odd.
    pairs: Vec<LevelLanes<2>>,
    single: Option<LevelLanes<1>>,
    weights: Vec<f64>,
    /// Frames observed.
    position: u64,
    /// Steps completed.
    steps: u64,
    /// Energies of the last 300 steps, written twice, 300 apart: every window of them is
    /// contiguous.
    energies: Vec<f64>,
    momentary: Option<f64>,
    short_term: Option<f64>,
    max_momentary: f64,
    max_short_term: f64,
    momentary_blocks: Vec<f64>,
    short_term_windows: Vec<f64>,
    /// The history for integrated loudness and range is kept.
    history: bool,
}

impl LoudnessMeter {
    /// Creates a meter for channels of this layout. Control thread; allocates.
    pub fn new(rate: SampleRate, layout: &ChannelLayout) -> Self {
        Self::with_room(rate, layout, RESERVED_BLOCKS)
    }

    /// Creates the same with room for this many gating blocks, for callers that clear the history
    /// before it is full. Control thread; allocates.
    pub(super) fn with_room(rate: SampleRate, layout: &ChannelLayout, blocks: usize) -> Self {
        let count = layout.count();
        Self {
            rate,
            coefficients: KCoefficients::design(rate),
            pairs: vec![LevelLanes::new(); count / 2],
            single: (count % 2 == 1).then(LevelLanes::new),
            weights: layout.channels().iter().map(|&channel| loudness_weight(channel)).collect(),
            position: 0,
            steps: 0,
            energies: vec![0.0; 2 * SHORT_TERM_STEPS as usize],
            momentary: None,
            short_term: None,
            max_momentary: 0.0,
            max_short_term: 0.0,
            momentary_blocks: Vec::with_capacity(blocks),
            short_term_windows: Vec::with_capacity(blocks),
            history: true,
        }
    }

    /// Creates a meter of momentary and short-term loudness alone, whose memory never grows.
    /// Control thread; allocates.
    pub fn without_history(rate: SampleRate, layout: &ChannelLayout) -> Self {
        Self { history: false, ..Self::with_room(rate, layout, 0) }
    }

    /// Forgets all input. Audio thread.
    pub fn reset(&mut self) {
        self.pairs.fill(LevelLanes::new());
        self.single = self.single.map(|_| LevelLanes::new());
        (self.position, self.steps) = (0, 0);
        self.energies.fill(0.0);
        (self.momentary, self.short_term) = (None, None);
        (self.max_momentary, self.max_short_term) = (0.0, 0.0);
        self.forget_history();
    }

    /// Clears the history for integrated loudness and range, and nothing else. Audio thread: no
    /// allocation.
    pub(super) fn forget_history(&mut self) {
        self.momentary_blocks.clear();
        self.short_term_windows.clear();
    }

    /// Returns the number of channels of a block.
    pub(super) fn channels(&self) -> usize {
        self.weights.len()
    }

    /// Returns the momentary loudness in LUFS: the last complete 400 ms on the 10 ms grid. `None`
    /// before the first 400 ms and in silence.
    pub fn momentary_lufs(&self) -> Option<f64> {
        power_lufs(self.momentary?)
    }

    /// Returns the short-term loudness in LUFS: the last complete 3 s on the 10 ms grid. `None`
    /// before the first 3 s and in silence.
    pub fn short_term_lufs(&self) -> Option<f64> {
        power_lufs(self.short_term?)
    }

    /// Returns the loudest momentary loudness so far, in LUFS.
    pub fn max_momentary_lufs(&self) -> Option<f64> {
        power_lufs(self.max_momentary)
    }

    /// Returns the loudest short-term loudness so far, in LUFS.
    pub fn max_short_term_lufs(&self) -> Option<f64> {
        power_lufs(self.max_short_term)
    }

    /// Returns the integrated loudness so far, in LUFS, gated at −70 LUFS and 10 LU below the mean.
    /// An incomplete block at the end does not count. `None` if nothing passes the gates. Control
    /// thread: reads every block.
    pub fn integrated_lufs(&self) -> Option<f64> {
        power_lufs(integrated_power(&self.momentary_blocks)?)
    }

    /// Returns the loudness range so far, in LU; unstable in the first minute. `None` before 3 s
    /// and if nothing passes the gates. Control thread; allocates.
    pub fn loudness_range_lu(&self) -> Option<f64> {
        loudness_range(&self.short_term_windows)
    }

    /// Returns the weighted powers of the gating blocks so far: 400 ms each, one every 100 ms. The
    /// powers of several programmes, joined, give the loudness of them all ([`integrated_power`]).
    pub fn gating_blocks(&self) -> &[f64] {
        &self.momentary_blocks
    }

    /// Returns the weighted powers of the windows of loudness range so far: 3 s each, one every 100
    /// ms.
    pub(super) fn range_windows(&self) -> &[f64] {
        &self.short_term_windows
    }

    /// Returns the frame at which a step begins: exact for any rate, without drift.
    fn step_start(&self, step: u64) -> u64 {
        (step * u64::from(self.rate.hz()) + STEPS_A_SECOND / 2) / STEPS_A_SECOND
    }

    /// Returns the frames until the running step ends, at most `frames`.
    fn left_in_step(&self, frames: usize) -> usize {
        (self.step_start(self.steps + 1) - self.position).min(frames as u64) as usize
    }

    /// Adds frames that end with the running step or before.
    fn take_in(&mut self, block: &Block<'_>) {
        let k = &self.coefficients;
        for (index, pair) in self.pairs.iter_mut().enumerate() {
            pair.run(k, [block.channel(2 * index), block.channel(2 * index + 1)]);
        }
        if let Some(single) = &mut self.single {
            single.run(k, [block.channel(2 * self.pairs.len())]);
        }
        self.advance(block.frames());
    }

    fn advance(&mut self, frames: usize) {
        self.position += frames as u64;
        if self.position == self.step_start(self.steps + 1) {
            self.finish_step();
        }
    }

    /// Returns true if [`LoudnessMeter::observe_batch`] does anything here: on processors with
    /// AVX-512.
    pub(super) fn shares_lanes() -> bool {
        #[cfg(target_arch = "x86_64")]
        return pulp::x86::V4::try_new().is_some();
        #[cfg(not(target_arch = "x86_64"))]
        return false;
    }

    /// Observes the frames `range` of the blocks as [`Tap::observe`] does, to the same bits. It
    /// serves up to four stereo meters of one rate, each inside the observer of its block. Only
    /// where [`LoudnessMeter::shares_lanes`].
    #[cfg_attr(not(target_arch = "x86_64"), allow(unused_variables))] // Elsewhere there is nothing to do.
    pub(super) fn observe_batch<M>(
        observed: &mut [(&mut M, Block<'_>)],
        loudness: impl Fn(&mut M) -> &mut Self,
        range: &Range<usize>,
    ) {
        #[cfg(target_arch = "x86_64")]
        if let Some(simd) = pulp::x86::V4::try_new() {
            let mut done = range.start;
            while done < range.end {
                let nearest = |end: usize, (meter, _): &mut (&mut M, Block<'_>)| {
                    end.min(done + loudness(meter).left_in_step(range.end - done))
                };
                let part = done..observed.iter_mut().fold(range.end, nearest);
                Self::run_batch(simd, observed, &loudness, &part);
                done = part.end;
            }
        }
    }

    /// Adds frames that end with the running step of each or before.
    #[cfg(target_arch = "x86_64")]
    fn run_batch<M>(
        simd: pulp::x86::V4,
        observed: &mut [(&mut M, Block<'_>)],
        loudness: &impl Fn(&mut M) -> &mut Self,
        range: &Range<usize>,
    ) {
        let k = loudness(observed[0].0).coefficients;
        // With fewer than four, the other lanes receive the first too, and their results are
        // discarded.
        let input = std::array::from_fn(|index| {
            let (_, block) = observed.get(index).unwrap_or(&observed[0]);
            [0, 1].map(|side| &block.channel(side)[range.clone()])
        });
        let mut spare = [LevelLanes::new(); crate::process::TRACKS_PER_BATCH];
        let mut lanes = spare.each_mut();
        for (lanes, (meter, _)) in lanes.iter_mut().zip(&mut *observed) {
            *lanes = &mut loudness(meter).pairs[0];
        }
        LevelLanes::run_batch(simd, &k, lanes, input);
        for (meter, _) in observed {
            loudness(meter).advance(range.len());
        }
    }

    /// Returns the sums over a channel as it is, since they were last taken.
    pub(super) fn sums(&self, channel: usize) -> ChannelSums {
        match (self.pairs.get(channel / 2), &self.single) {
            (Some(pair), _) => pair.sums(channel % 2),
            (None, Some(single)) => single.sums(0),
            (None, None) => ChannelSums::default(),
        }
    }

    /// Returns the same sums, and sets them to 0. Audio thread: no allocation.
    pub(super) fn take_sums(&mut self, channel: usize) -> ChannelSums {
        match (self.pairs.get_mut(channel / 2), &mut self.single) {
            (Some(pair), _) => pair.take_sums(channel % 2),
            (None, Some(single)) => single.take_sums(0),
            (None, None) => ChannelSums::default(),
        }
    }

    fn finish_step(&mut self) {
        let pairs = self.pairs.iter_mut().zip(self.weights.chunks_exact(2)).map(|(lanes, w)| lanes.take_energy(w));
        let mut energy: f64 = pairs.sum();
        if let (Some(single), Some(weight)) = (&mut self.single, self.weights.last()) {
            energy += single.take_energy(&[*weight]);
        }
        let slot = (self.steps % SHORT_TERM_STEPS) as usize;
        self.energies[slot] = energy;
        self.energies[slot + SHORT_TERM_STEPS as usize] = energy;
        self.steps += 1;
        self.momentary = self.window_power(MOMENTARY_STEPS);
        self.short_term = self.window_power(SHORT_TERM_STEPS);
        self.max_momentary = self.max_momentary.max(self.momentary.unwrap_or(0.0));
        self.max_short_term = self.max_short_term.max(self.short_term.unwrap_or(0.0));
        if self.history && self.steps.is_multiple_of(GATING_STEPS) {
            self.momentary_blocks.extend(self.momentary);
            self.short_term_windows.extend(self.short_term);
        }
    }

    /// Returns the weighted power of the last `steps` steps. `None` until there are as many.
    fn window_power(&self, steps: u64) -> Option<f64> {
        let start = self.steps.checked_sub(steps)?;
        let frames = self.step_start(self.steps) - self.step_start(start);
        let first = (start % SHORT_TERM_STEPS) as usize;
        Some(sum(&self.energies[first..first + steps as usize]) / frames as f64)
    }
}

vectorised! {
    /// Returns the sum of the energies of a window, from twenty sums side by side; twenty divides
    /// the length of both windows. One long chain of additions would cost as much as the filters.
    fn sum(energies: &[f64]) -> f64 {
        const LANES: usize = 20;
        let mut sums = [0.0; LANES];
        for energies in energies.as_chunks::<LANES>().0 {
            for lane in 0..LANES {
                sums[lane] += energies[lane];
            }
        }
        sums.as_chunks::<4>()
            .0
            .iter()
            .fold([0.0; 4], |total, four| [0, 1, 2, 3].map(|lane| total[lane] + four[lane]))
            .iter()
            .sum()
    }
}

impl Tap for LoudnessMeter {
    /// Observes the next block. Audio thread for the first hour (see [`LoudnessMeter`]). A block
    /// with a number of channels other than the layout's is not counted.
    fn observe(&mut self, block: &Block<'_>) {
        if block.channels() != self.weights.len() || block.channels() == 0 {
            return;
        }
        let mut done = 0;
        while done < block.frames() {
            let end = done + self.left_in_step(block.frames() - done);
            self.take_in(&block.slice(done..end));
            done = end;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::twin::assert_same_bits;
    use mixdown_fixtures::signals::white_noise;

    #[test]
    fn the_sum_of_a_window_equals_its_plain_twin_bit_for_bit() {
        let energies: Vec<f64> = white_noise(4, 1.0, 300).into_iter().map(f64::from).collect();
        for steps in [MOMENTARY_STEPS as usize, SHORT_TERM_STEPS as usize] {
            let of = |places: &mut dyn Iterator<Item = usize>| places.fold(0.0, |sum, n| sum + energies[n]);
            let lane = |lane: usize| of(&mut (lane..steps).step_by(20));
            let fours = [0, 1, 2, 3].map(|column| (column..20).step_by(4).fold(0.0, |sum, n| sum + lane(n)));
            let name = format!("meter/loudness: sum of {steps} steps");
            assert_same_bits(&name, &sum(&energies[..steps]), &fours.iter().sum::<f64>());
        }
    }
}
