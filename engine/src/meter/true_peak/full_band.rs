//! Readings of signals that reach up to Nyquist, near the highest peak so far.
//!
//! The short filter of [`TruePeakFir`](super::TruePeakFir) passes the last tenth of the band in
//! part: white noise would read up to 0.9 dB too low. A filter of 16 384 taps passes all but a
//! four-thousandth. It is applied only to intervals that may hold the highest peak of their
//! channel, so that it costs little. Those are intervals whose short reading is below that peak by
//! no more than the amplitude near Nyquist.
#![allow(clippy::inline_always)] // What is not inlined is not compiled for the instructions that it names.

use super::bounds::{Bound, Bounds, ROOM, STRETCH, STRETCHES, survey, suspects};
use super::fir::take_finite;
use super::lanes::{Kernel, LANES, TruePeakLanes, dispatch, larger};
use super::points::{READ, SPAN, WINDOWS, highest, points};
use super::table::{PHASES, TABLE, TAPS, kaiser};
use std::f64::consts::PI;
use std::sync::LazyLock;

/// Samples on each side of an interval. What the window takes away is 0.6 % of the level of white
/// noise: 0.014 dB of its peak.
const HALF: usize = 8_192;
/// Samples on each side that have taps for every point. Those beyond have one weight: there
/// sinc(φ − k) is −sin(πφ) / π · (−1)^k / k, but for a part of φ / k.
const CLOSE: usize = 2_048;
/// Kaiser β of the long filter.
const BETA: f64 = 3.0;
/// Frames that are searched at once, counted from the first frame of the signal on. So no result
/// depends on the lengths of blocks.
const CHUNK: usize = (STRETCHES - 1) * STRETCH;
/// Samples before a chunk.
const BEFORE: usize = HALF + STRETCH;
/// Samples kept: a chunk with its surroundings, and as much again, so that they move seldom.
const KEPT: usize = 2 * (BEFORE + CHUNK + HALF);
/// Place of the first interval of a chunk after the beginning of its [`ROOM`].
const FIRST: usize = STRETCH - TAPS / 2;
/// Long readings per stretch at most, which bounds the time that any signal takes.
const MOST: usize = 4;
/// Share of the highest peak that the samples around a new one reach at least.
const NEAR: f32 = 0.25;
/// Amplitude near Nyquist, as a share of the highest peak, below which the short filter is exact to
/// 0.01 dB.
const LITTLE: f32 = 0.002;

/// Weights of a bound: no amplitude near Nyquist exceeds `TOP_BEND`·max |second difference| +
/// `TOP_REST`·max |x|. The filter, divided by that of the second difference, has magnitudes that
/// sum to 0.2517 and leaves 0.0012; the rounding of 64 products adds less than 0.00001.
const TOP_BEND: f32 = 0.252;
const TOP_REST: f32 = 0.0013;

/// Frames after an interval at which its reading is complete, at most.
pub(super) const DELAY: usize = CHUNK + HALF + STRETCH;

/// Taps of the long filter, oldest first, and of the filter that passes what is near Nyquist.
struct Filters {
    long: Vec<[f32; PHASES]>,
    /// Weights of the samples before the close ones, and of those after them.
    far: [Vec<f32>; 2],
    /// Share of their sum in each point.
    shares: [f32; PHASES],
    top: [f32; STRETCH],
}

static FILTERS: LazyLock<Filters> = LazyLock::new(|| {
    let whole = kaiser(BETA, 0.0);
    let tap = |index: usize, phase: usize| {
        let distance = phase as f64 / PHASES as f64 + (CLOSE - 1) as f64 - index as f64;
        let sinc = if distance == 0.0 { 1.0 } else { libm::sin(PI * distance) / (PI * distance) };
        // Phase 0 is the sample itself.
        let sinc = if phase == 0 && distance != 0.0 { 0.0 } else { sinc };
        (sinc * kaiser(BETA, distance / HALF as f64) / whole) as f32
    };
    let far = |k: i32| {
        let sign = if k % 2 == 0 { -1.0 } else { 1.0 };
        let (k, middle) = (f64::from(k), (f64::from(k) - 0.5) / HALF as f64);
        (sign / k * kaiser(BETA, middle) / whole) as f32
    };
    let (close, half) = (CLOSE as i32, HALF as i32);
    let hann = |k: usize| (1.0 - (2.0 * PI * (k as f64 + 0.5) / STRETCH as f64).cos()) / STRETCH as f64;
    let mut long: Vec<[f32; PHASES]> = (0..CLOSE).map(|index| std::array::from_fn(|phase| tap(index, phase))).collect();
    // The later half is the earlier one in reverse, but for phase 0.
    let later = |taps: &[f32; PHASES]| std::array::from_fn(|phase| if phase == 0 { 0.0 } else { taps[PHASES - phase] });
    long.extend_from_within(..);
    for index in 0..CLOSE {
        long[2 * CLOSE - 1 - index] = later(&long[index]);
    }
    Filters {
        long,
        far: [(1 - half..1 - close).map(far).collect(), (close + 1..=half).map(far).collect()],
        shares: std::array::from_fn(|phase| (libm::sin(PI * phase as f64 / PHASES as f64) / PI) as f32),
        top: std::array::from_fn(|k| if k % 2 == 0 { hann(k) } else { -hann(k) } as f32),
    }
});

/// Search for the highest peak of one channel.
#[derive(Clone, Debug)]
pub(super) struct FullBand {
    samples: Vec<f32>,
    filled: usize,
    /// Start of the next chunk.
    next: usize,
    bounds: Bounds,
    /// Highest peak so far, as far as it has been searched.
    peak: f32,
}

impl FullBand {
    /// Creates a search. Control thread; allocates.
    pub(super) fn new() -> Self {
        LazyLock::force(&FILTERS);
        Self { samples: vec![0.0; KEPT], filled: BEFORE, next: BEFORE, bounds: Bounds::new(), peak: 0.0 }
    }

    pub(super) fn reset(&mut self) {
        self.samples.fill(0.0);
        (self.filled, self.next, self.peak) = (BEFORE, BEFORE, 0.0);
    }

    /// Appends samples, and returns the highest long reading of the chunks that this completes; 0
    /// where there are none. Audio thread: no allocation.
    pub(super) fn highest(&mut self, mut input: &[f32]) -> f32 {
        let mut highest = 0.0;
        while !input.is_empty() {
            let (part, rest) = input.split_at(input.len().min(KEPT - self.filled));
            take_finite(part, &mut self.samples[self.filled..]);
            (self.filled, input) = (self.filled + part.len(), rest);
            while self.next + CHUNK + HALF + 2 <= self.filled {
                highest = larger(self.search(), highest);
                self.next += CHUNK;
            }
            if self.filled == KEPT {
                let start = self.next - BEFORE;
                self.samples.copy_within(start.., 0);
                (self.filled, self.next) = (KEPT - start, BEFORE);
            }
        }
        highest
    }

    /// Searches a chunk.
    fn search(&mut self) -> f32 {
        let start = self.next - STRETCH;
        let Some(room) = self.samples[start..].first_chunk::<ROOM>() else { return 0.0 };
        survey(room, STRETCHES, &mut self.bounds);
        let mut highest = 0.0;
        for index in 0..STRETCHES - 1 {
            let bound = self.bounds.of(&TABLE, index);
            self.peak = larger(self.peak, bound.level);
            if bound.level > NEAR * self.peak && bound.level > 0.0 && self.may_exceed(index, bound) {
                let top = top(&FILTERS.top, &self.samples[start + index * STRETCH..]);
                if top > LITTLE * self.peak {
                    highest = larger(self.search_stretch(start + index * STRETCH, bound, top), highest);
                }
            }
        }
        highest
    }

    /// Returns true if a reading of a stretch may lie so near the highest peak that its amplitude
    /// near Nyquist matters: an amplitude that its second differences bound.
    fn may_exceed(&self, index: usize, bound: Bound) -> bool {
        let most = TOP_BEND * self.bounds.bend(index) + TOP_REST * bound.level;
        most > LITTLE * self.peak && bound.level + bound.rise > self.peak - most
    }

    /// Searches a stretch of intervals whose samples begin at `start`, with an amplitude near
    /// Nyquist.
    fn search_stretch(&mut self, start: usize, bound: Bound, top: f32) -> f32 {
        let around = start + FIRST - TAPS / 2;
        let Some(samples) = self.samples[around..].first_chunk() else { return 0.0 };
        let mut left = suspects(&TABLE, samples, bound, self.peak - top);
        let mut readings = [0.0; STRETCH];
        while left != 0 {
            let first = left.trailing_zeros() as usize;
            let Some(span) = self.samples[around + first..].first_chunk::<SPAN>() else { break };
            let read = super::points::highest(&points(&TABLE.taps, span), span);
            for (reading, read) in readings[first..].iter_mut().zip(read) {
                *reading = read;
            }
            left &= u64::MAX.checked_shl((first + READ) as u32).unwrap_or(0);
        }
        let mut highest_of_all = 0.0;
        for _ in 0..MOST {
            let (place, reading) =
                readings.iter().enumerate().fold((0, 0.0), |best, (n, x)| if *x > best.1 { (n, *x) } else { best });
            if reading <= self.peak - top {
                break;
            }
            // The interval with both neighbours.
            let first = place.saturating_sub(1);
            let read = self.read_long(start + FIRST + first);
            readings[first..STRETCH.min(first + READ)].fill(0.0);
            highest_of_all = read.into_iter().fold(highest_of_all, larger);
            self.peak = larger(self.peak, highest_of_all);
        }
        highest_of_all
    }

    /// Returns the long readings of the interval that begins at `at`, and the next two.
    fn read_long(&self, at: usize) -> [f32; READ] {
        let Filters { long, far, shares, .. } = &*FILTERS;
        let close = &self.samples[at - CLOSE..at + CLOSE + READ];
        let mut points = dispatch(LongPoints { taps: long, samples: close });
        let before = dispatch(FarSums { weights: &far[0], samples: &self.samples[at - HALF..at - CLOSE + READ] });
        let after = dispatch(FarSums { weights: &far[1], samples: &self.samples[at + CLOSE..at + HALF + READ] });
        for (points, sum) in points.iter_mut().zip(before.iter().zip(&after).map(|(before, after)| before + after)) {
            for (point, share) in points.iter_mut().zip(shares) {
                *point += share * sum;
            }
        }
        let Some(span) = self.samples[at - TAPS / 2..].first_chunk::<SPAN>() else { return [0.0; READ] };
        highest(&points, span)
    }
}

/// Points of a few intervals by the long filter.
#[derive(Clone)]
struct LongPoints<'a> {
    taps: &'a [[f32; PHASES]],
    /// As many as there are taps, and one more for each further window.
    samples: &'a [f32],
}

impl Kernel for LongPoints<'_> {
    type Output = [[f32; PHASES]; WINDOWS];

    #[inline(always)]
    fn run<L: TruePeakLanes>(self, lanes: L) -> Self::Output {
        let mut sums = [lanes.splat(0.0); WINDOWS];
        for (coefficients, samples) in self.taps.iter().zip(self.samples.windows(WINDOWS)) {
            let coefficients = lanes.load(coefficients);
            for (sum, x) in sums.iter_mut().zip(samples) {
                *sum = lanes.add(*sum, lanes.mul(lanes.splat(*x), coefficients));
            }
        }
        sums.map(|sum| lanes.store(sum))
    }
}

/// Weighted sums of far samples, for a few intervals.
#[derive(Clone)]
struct FarSums<'a> {
    weights: &'a [f32],
    /// As many as there are weights, and one more for each further window.
    samples: &'a [f32],
}

impl Kernel for FarSums<'_> {
    type Output = [f32; WINDOWS];

    #[inline(always)]
    fn run<L: TruePeakLanes>(self, lanes: L) -> Self::Output {
        let mut sums = [lanes.splat(0.0); WINDOWS];
        let (weights, _) = self.weights.as_chunks::<LANES>();
        let samples = self.samples.windows(LANES + WINDOWS - 1).step_by(LANES);
        for (weights, samples) in weights.iter().zip(samples) {
            let weights = lanes.load(weights);
            for (window, sum) in sums.iter_mut().enumerate() {
                let Some(x) = samples[window..].first_chunk() else { break };
                *sum = lanes.add(*sum, lanes.mul(weights, lanes.load(x)));
            }
        }
        sums.map(|sum| lanes.store(sum).into_iter().fold(0.0, |sum, x| sum + x))
    }
}

/// Returns the largest amplitude near Nyquist at eight places of two stretches.
fn top(taps: &[f32; STRETCH], samples: &[f32]) -> f32 {
    dispatch(Top { taps, samples: &samples[..2 * STRETCH] })
}

#[derive(Clone)]
struct Top<'a> {
    taps: &'a [f32; STRETCH],
    samples: &'a [f32],
}

impl Kernel for Top<'_> {
    type Output = f32;

    #[inline(always)]
    fn run<L: TruePeakLanes>(self, lanes: L) -> f32 {
        let mut highest = 0.0;
        for place in self.samples.windows(STRETCH).step_by(8) {
            let mut sums = lanes.splat(0.0);
            let (taps, _) = self.taps.as_chunks::<LANES>();
            let (samples, _) = place.as_chunks::<LANES>();
            for (taps, samples) in taps.iter().zip(samples) {
                sums = lanes.add(sums, lanes.mul(lanes.load(taps), lanes.load(samples)));
            }
            let sum = lanes.store(sums).into_iter().fold(0.0, |sum: f32, x| sum + x);
            highest = larger(sum.abs(), highest);
        }
        highest
    }
}

#[cfg(test)]
mod tests;
