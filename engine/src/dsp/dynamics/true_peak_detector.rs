//! True-peak detection for the limiter: the highest point of the band-limited curve between each
//! frame and the next.
//!
//! Eight times oversampling, 256 taps per phase, and a parabola through the highest grid point and
//! its neighbours. Neither the grid (ITU-R BS.1770-4 annex 2: 0.14 dB at 0.45 fs for eight times)
//! nor the filter hides a peak.
#![allow(unsafe_code)] // `multiversion` expands to calls of functions compiled for a detected instruction set.

use super::gain_stage::CHUNK;
use super::true_peak_kernel::{Grid, HALF, PHASES, RUN, TAPS, Taps, interpolate};
use super::windowed_sinc::windowed_sinc;
use crate::audio::Block;
use crate::simd::vectorised;
use std::ops::Range;

/// Latency of the detector, in frames: an interval is complete when half of the taps, those ahead,
/// have come in.
pub(super) const DELAY: usize = HALF;

/// Least share of the ceiling at which an interval is examined. A rough estimate of its peak must
/// exceed this share of the ceiling, and of a recent peak whose hold covers this interval too. The
/// estimate, at twice the rate, reaches at least 0.76 of any peak up to 0.45 fs.
const WORTH_A_LOOK: f32 = 0.7;

/// Pairs of taps of the estimate: half of its middle point's.
const ESTIMATE_PAIRS: usize = 8;

/// Kaiser β of the estimate.
const ESTIMATE_BETA: f64 = 3.0;

/// Factor that bounds the lift of a maximum by a parabola. For a curve within the band the lift is
/// smaller: 1 / cos(π/16) (half a grid step at Nyquist: 2 %).
const LIFT: f32 = 1.03;

/// Detector of all channels.
#[derive(Clone, Debug)]
pub(super) struct TruePeakDetector {
    taps: Box<Taps>,
    /// Half-way between two samples, from the innermost pair to the outermost.
    estimate_taps: [f32; ESTIMATE_PAIRS],
    channels: Vec<DetectorChannel>,
    recent: RecentPeak,
}

#[derive(Clone, Debug)]
struct DetectorChannel {
    /// The last `TAPS − 1` samples, then the chunk, then padding that the last run reads without
    /// using.
    samples: Box<[f32; TAPS - 1 + CHUNK + RUN]>,
    /// Per interval of the chunk: the larger of its two ends and of the estimate half-way.
    estimates: Box<[f32; CHUNK]>,
    grid: Grid,
    /// Frames of the chunk that the grid covers.
    covered: Range<usize>,
    /// Last grid point before the next interval.
    last: f32,
}

impl DetectorChannel {
    fn new() -> Self {
        Self {
            samples: Box::new([0.0; TAPS - 1 + CHUNK + RUN]),
            estimates: Box::new([0.0; CHUNK]),
            grid: [[0.0; RUN]; PHASES],
            covered: 0..0,
            last: 0.0,
        }
    }

    /// Estimates the peaks of the first intervals, and returns the largest.
    fn estimate(&mut self, taps: &[f32; ESTIMATE_PAIRS], frames: usize) -> f32 {
        estimate(taps, &self.samples[..], &mut self.estimates[..frames])
    }

    /// Returns the highest point of one interval, exactly only if its estimate is above `floor` and
    /// it may exceed the ceiling.
    #[inline]
    fn look(&mut self, taps: &Taps, frame: usize, floor: f32, ceiling: f32) -> f32 {
        let estimate = self.estimates[frame];
        if estimate <= floor {
            self.last = self.samples[frame + HALF - 1];
            return estimate;
        }
        if !self.covered.contains(&frame) {
            if let Some(window) = self.samples[frame..].first_chunk() {
                interpolate(taps, window, &mut self.grid);
            }
            self.covered = frame..frame + RUN;
        }
        let points: [f32; PHASES] = std::array::from_fn(|phase| self.grid[phase][frame - self.covered.start]);
        let highest = highest(self.last, &points, self.samples[frame + HALF], ceiling);
        self.last = points[PHASES - 1];
        highest
    }
}

vectorised! {
    /// Writes an estimate of each interval's peak, the first of which begins at sample [`HALF`] −
    /// 1, and returns the largest.
    fn estimate(taps: &[f32; ESTIMATE_PAIRS], samples: &[f32], estimates: &mut [f32]) -> f32 {
        estimates.fill(0.0);
        for (place, tap) in taps.iter().enumerate() {
            let (before, after) = (&samples[HALF - 1 - place..], &samples[HALF + place..]);
            for ((estimate, before), after) in estimates.iter_mut().zip(before).zip(after) {
                *estimate += tap * (before + after);
            }
        }
        let ends = samples[HALF - 1..].iter().zip(&samples[HALF..]);
        for (estimate, (begin, end)) in estimates.iter_mut().zip(ends) {
            *estimate = larger(estimate.abs(), larger(begin.abs(), end.abs()));
        }
        // Maxima side by side: one after the other, each waits for the last.
        let mut lanes = [0.0; RUN];
        let (runs, rest) = estimates.as_chunks::<RUN>();
        for run in runs {
            for lane in 0..RUN {
                lanes[lane] = larger(lanes[lane], run[lane]);
            }
        }
        lanes.iter().chain(rest).fold(0.0, |largest, estimate| larger(largest, *estimate))
    }
}

/// Returns the larger of two; the first where the second is NaN.
#[inline(always)] // A call here would be compiled for the lowest instruction set.
#[allow(clippy::inline_always)]
fn larger(first: f32, second: f32) -> f32 {
    if second > first { second } else { first }
}

/// Largest peak of the last one to two spans.
#[derive(Clone, Copy, Debug)]
struct RecentPeak {
    span: usize,
    left: usize,
    before: f32,
    now: f32,
}

impl RecentPeak {
    fn new(span: usize) -> Self {
        let span = span.max(1);
        Self { span, left: span, before: 0.0, now: 0.0 }
    }

    fn largest(&self) -> f32 {
        self.before.max(self.now)
    }

    #[inline]
    fn push(&mut self, peak: f32) {
        self.now = self.now.max(peak);
        self.left -= 1;
        if self.left == 0 {
            (self.before, self.now, self.left) = (self.now, 0.0, self.span);
        }
    }

    /// Skips frames without peaks.
    fn skip(&mut self, frames: usize) {
        if frames < self.left {
            self.left -= frames;
        } else {
            for _ in 0..frames {
                self.push(0.0);
            }
        }
    }
}

impl TruePeakDetector {
    /// Creates a detector. `hold` is the number of frames after a peak for which the limiter keeps
    /// the reduction.
    pub(super) fn new(channels: usize, hold: usize) -> Self {
        Self {
            taps: Box::new(Taps::new()),
            estimate_taps: std::array::from_fn(|place| {
                windowed_sinc(place as f64 + 0.5, ESTIMATE_PAIRS as f64, ESTIMATE_BETA) as f32
            }),
            channels: vec![DetectorChannel::new(); channels],
            recent: RecentPeak::new(hold / 2),
        }
    }

    pub(super) fn reset(&mut self) {
        for channel in &mut self.channels {
            channel.samples.fill(0.0);
            channel.last = 0.0;
        }
        self.recent = RecentPeak::new(self.recent.span);
    }

    /// Continues from the state of one with as many channels.
    pub(super) fn inherit_state(&mut self, old: &Self) {
        for (channel, old) in self.channels.iter_mut().zip(&old.channels) {
            channel.samples.copy_from_slice(&old.samples[..]);
            channel.last = old.last;
        }
        self.recent = RecentPeak { span: self.recent.span, left: old.recent.left.min(self.recent.span), ..old.recent };
    }

    /// Writes to `peaks[n]` the largest magnitude among the channels from frame n − [`DELAY`] up to
    /// the next frame. Intervals that stay clearly below the ceiling are only estimated. So are
    /// those below a recent peak and below `held`, which is turned down already. At most [`CHUNK`]
    /// frames.
    pub(super) fn process(&mut self, block: &Block<'_>, (ceiling, held): (f32, f32), peaks: &mut [f32]) {
        let frames = block.frames();
        let mut largest = 0.0;
        for (index, channel) in self.channels.iter_mut().enumerate() {
            channel.samples[TAPS - 1..TAPS - 1 + frames].copy_from_slice(block.channel(index));
            channel.covered = 0..0;
            largest = larger(largest, channel.estimate(&self.estimate_taps, frames));
        }
        if largest <= WORTH_A_LOOK * ceiling {
            peaks.fill(0.0);
            self.recent.skip(frames);
            for channel in &mut self.channels {
                channel.last = channel.samples[frames + HALF - 2];
                channel.samples.copy_within(frames..frames + TAPS - 1, 0);
            }
            return;
        }
        for (frame, peak) in peaks.iter_mut().enumerate() {
            *peak = 0.0;
            let floor = WORTH_A_LOOK * ceiling.max(self.recent.largest().min(held));
            for channel in &mut self.channels {
                *peak = peak.max(channel.look(&self.taps, frame, floor, ceiling));
            }
            self.recent.push(*peak);
        }
        for channel in &mut self.channels {
            channel.samples.copy_within(frames..frames + TAPS - 1, 0);
        }
    }
}

/// Returns the largest magnitude of a grid, lifted by a parabola through it and its neighbours
/// where it may exceed the ceiling.
#[inline]
fn highest(before: f32, points: &[f32; PHASES], after: f32, ceiling: f32) -> f32 {
    let largest = points.iter().fold(0.0_f32, |largest, point| larger(largest, point.abs()));
    if largest * LIFT <= ceiling {
        return largest;
    }
    let index = points.iter().position(|point| point.abs() == largest).unwrap_or(0);
    let sign = points[index].signum();
    let left = sign * if index == 0 { before } else { points[index - 1] };
    let right = sign * if index == PHASES - 1 { after } else { points[index + 1] };
    let (slope, bend) = (right - left, 2.0 * largest - left - right);
    // Only a maximum has a vertex between its neighbours.
    if largest >= left && largest >= right && bend > 0.0 { largest + slope * slope / (8.0 * bend) } else { largest }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::twin::assert_same_bits;
    use mixdown_fixtures::signals::white_noise;
    use std::f64::consts::TAU;

    fn read(samples: &[f32], ceiling: f32) -> f32 {
        let mut detector = TruePeakDetector::new(1, 0);
        let mut peaks = vec![0.0; CHUNK];
        samples.chunks(CHUNK).fold(0.0, |highest, chunk| {
            detector.process(&Block::mono(chunk), (ceiling, f32::INFINITY), &mut peaks[..chunk.len()]);
            peaks[..chunk.len()].iter().fold(highest, |highest, peak| highest.max(*peak))
        })
    }

    #[test]
    fn estimates_equal_their_plain_twins_bit_for_bit() {
        let detector = TruePeakDetector::new(1, 10);
        let mut samples = white_noise(8, 1.0, TAPS - 1 + CHUNK + RUN);
        samples[HALF + 40] = f32::NAN;
        for frames in [1, 7, 8, 100, CHUNK] {
            let mut estimates = vec![9.0; frames];
            let largest = estimate(&detector.estimate_taps, &samples, &mut estimates);
            let alone = |n: usize| {
                let (before, after) =
                    (|place: usize| samples[HALF - 1 + n - place], |place: usize| samples[HALF + n + place]);
                let taps = detector.estimate_taps.iter().enumerate();
                let middle = taps.fold(0.0, |sum, (place, tap)| sum + tap * (before(place) + after(place)));
                larger(middle.abs(), larger(before(0).abs(), after(0).abs()))
            };
            let expected: Vec<f32> = (0..frames).map(alone).collect();
            let name = format!("dsp/dynamics/true_peak_detector: estimate of {frames} frames");
            assert_same_bits(&name, &(estimates, largest), &(expected.clone(), expected.into_iter().fold(0.0, larger)));
        }
    }

    #[test]
    fn a_tone_reads_its_amplitude_at_every_phase_up_to_0_45_of_the_rate() {
        for frequency in [0.01, 0.1, 1.0 / 6.0, 0.25, 1.0 / 3.0, 0.4, 0.45] {
            for step in 0..16 {
                let phase = TAU * f64::from(step) / 16.0;
                // Faded in, so that the beginning is not a step with a peak of its own.
                let samples: Vec<f32> = (0..4_096)
                    .map(|n| {
                        let n = f64::from(n);
                        ((n / 1_000.0).min(1.0) * (phase + TAU * frequency * n).sin()) as f32
                    })
                    .collect();
                let db = 20.0 * f64::from(read(&samples[..4_000], 1.0)).log10();
                // Ripple of the window and the error of the parabola.
                assert!(db.abs() < 0.02, "{frequency} fs, phase {phase}: {db} dB");
            }
        }
    }

    #[test]
    fn an_impulse_between_two_frames_reads_its_height() {
        for step in 0..8 {
            let offset = f64::from(step) / 8.0 + 0.03;
            let samples: Vec<f32> = (0..1_024)
                .map(|n| {
                    let x = std::f64::consts::PI * (f64::from(n) - 512.0 - offset);
                    (x.sin() / x) as f32
                })
                .collect();
            let db = 20.0 * f64::from(read(&samples, 1.0)).log10();
            // White up to Nyquist: a part in the filter's transition band is missed.
            assert!((-0.07..0.01).contains(&db), "{offset}: {db} dB");
        }
    }
}
