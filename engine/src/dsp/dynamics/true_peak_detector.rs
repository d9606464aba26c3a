//! True-peak detection for the limiter: the highest point of the band-limited curve between each frame and the next.
//!
//! Eight times oversampling, 128 taps a phase, and a parabola through the highest grid point and its neighbours, so that neither the
//! grid (ITU-R BS.1770-4 annex 2: 0.14 dB at 0.45 fs for eight times) nor the filter hides a peak.

use super::gain_stage::CHUNK;
use super::windowed_sinc::windowed_sinc;
use crate::audio::Block;

/// Grid points a frame.
const PHASES: usize = 8;

/// Taps of each phase; half of them lie ahead.
pub(super) const TAPS: usize = 128;
const HALF: usize = TAPS / 2;

/// Frames that the detector is late: a frame's interval is known when half of the taps ahead have come in.
pub(super) const DELAY: usize = HALF;

/// Kaiser β: flat to 0.02 dB up to 0.47 fs. What lies above, in the last octave's twentieth below Nyquist, is read in part, as it is
/// passed in part by every converter.
const BETA: f64 = 3.5;

/// An interval is looked into only when one of the four samples around it exceeds this share of the ceiling.
const WORTH_A_LOOK: f32 = 0.5;

/// The taps of phases p and 8 − p mirror each other, so each pair is computed from its sum and its difference: lanes 0 to 3 take the
/// sum of two mirrored samples, lanes 4 to 6 their difference. Half the multiplications of one phase after another.
type Lanes = [f32; PHASES];

/// The detector of all channels.
#[derive(Clone, Debug)]
pub(super) struct TruePeakDetector {
    /// `[tap][lane]`, from the outermost pair of taps to the innermost.
    taps: Box<[Lanes; HALF]>,
    /// Per channel the last `TAPS − 1` samples, then the chunk.
    history: Vec<Vec<f32>>,
    /// Per channel the last grid point before the next interval.
    last: Vec<f32>,
}

impl TruePeakDetector {
    pub(super) fn new(channels: usize) -> Self {
        let mut taps = Box::new([[0.0; PHASES]; HALF]);
        for (tap, lanes) in taps.iter_mut().enumerate() {
            // The sample `tap` of the window lies HALF − 1 − tap frames before the interval begins.
            let value = |phase: usize| {
                let distance = (HALF - 1 - tap) as f64 + phase as f64 / PHASES as f64;
                windowed_sinc(distance, HALF as f64, BETA)
            };
            for phase in 1..PHASES / 2 {
                let (near, mirrored) = (value(phase), value(PHASES - phase));
                lanes[phase - 1] = f64::midpoint(near, mirrored) as f32;
                lanes[phase + 3] = ((near - mirrored) / 2.0) as f32;
            }
            lanes[3] = value(PHASES / 2) as f32;
        }
        Self { taps, history: vec![vec![0.0; TAPS - 1 + CHUNK]; channels], last: vec![0.0; channels] }
    }

    pub(super) fn reset(&mut self) {
        self.history.iter_mut().for_each(|history| history.fill(0.0));
        self.last.fill(0.0);
    }

    /// Writes to `peaks[n]` the largest magnitude among the channels from frame n − [`DELAY`] up to the next frame.
    /// Intervals that stay clearly below the ceiling read as the larger of their two ends. At most [`CHUNK`] frames.
    pub(super) fn process(&mut self, block: &Block<'_>, ceiling: f32, peaks: &mut [f32]) {
        let frames = block.frames();
        peaks.fill(0.0);
        let floor = WORTH_A_LOOK * ceiling;
        for (channel, (history, last)) in self.history.iter_mut().zip(&mut self.last).enumerate() {
            history[TAPS - 1..TAPS - 1 + frames].copy_from_slice(block.channel(channel));
            for (window, peak) in history.windows(TAPS).zip(peaks.iter_mut()) {
                let around = &window[HALF - 2..HALF + 2];
                let ends = around[1].abs().max(around[2].abs());
                let nearby = ends.max(around[0].abs()).max(around[3].abs());
                let found = if nearby > floor {
                    let grid = interpolate(&self.taps, window);
                    let found = highest(*last, &grid, around[2], floor);
                    *last = grid[PHASES - 1];
                    found
                } else {
                    *last = around[1];
                    ends
                };
                *peak = peak.max(found);
            }
            history.copy_within(frames..frames + TAPS - 1, 0);
        }
    }
}

/// The eight grid points from the middle of a window of [`TAPS`] samples up to the next sample.
#[inline]
fn interpolate(taps: &[Lanes; HALF], window: &[f32]) -> Lanes {
    let mut sums = [[0.0_f32; PHASES]; 2];
    let (before, after) = window.split_at(HALF);
    for ((pair, before), after) in taps.chunks_exact(2).zip(before.chunks_exact(2)).zip(after.rchunks_exact(2)) {
        for half in 0..2 {
            let (sum, difference) = (before[half] + after[1 - half], before[half] - after[1 - half]);
            for lane in 0..PHASES / 2 {
                sums[half][lane] += pair[half][lane] * sum;
                sums[half][lane + 4] += pair[half][lane + 4] * difference;
            }
        }
    }
    let lane = |index: usize| sums[0][index] + sums[1][index];
    let mut grid = [0.0; PHASES];
    grid[0] = window[HALF - 1];
    for phase in 1..PHASES / 2 {
        let (even, odd) = (lane(phase - 1), lane(phase + 3));
        grid[phase] = even + odd;
        grid[PHASES - phase] = even - odd;
    }
    grid[PHASES / 2] = lane(3);
    grid
}

/// The largest magnitude of a grid, with a parabola through each maximum and its neighbours where it matters.
#[inline]
fn highest(before: f32, grid: &Lanes, after: f32, floor: f32) -> f32 {
    let largest = grid.iter().fold(0.0_f32, |largest, value| largest.max(value.abs()));
    if largest <= floor {
        return largest;
    }
    let mut highest = largest;
    for index in 0..PHASES {
        let here = grid[index].abs();
        // A parabola lifts a maximum of a curve within the band by at most 2 %.
        if here * 1.03 < largest {
            continue;
        }
        let sign = grid[index].signum();
        let left = sign * if index == 0 { before } else { grid[index - 1] };
        let right = sign * if index == PHASES - 1 { after } else { grid[index + 1] };
        let bend = 2.0 * here - left - right;
        if here >= left && here >= right && bend > 0.0 {
            let slope = right - left;
            highest = highest.max(here + slope * slope / (8.0 * bend));
        }
    }
    highest
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    fn read(samples: &[f32], ceiling: f32) -> f32 {
        let mut detector = TruePeakDetector::new(1);
        let mut peaks = vec![0.0; CHUNK];
        samples.chunks(CHUNK).fold(0.0, |highest, chunk| {
            detector.process(&Block::mono(chunk), ceiling, &mut peaks[..chunk.len()]);
            peaks[..chunk.len()].iter().fold(highest, |highest, peak| highest.max(*peak))
        })
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
                // Ripple of the window and what the parabola leaves.
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
            // White up to Nyquist: what lies in the filter's transition band is missed in part.
            assert!((-0.07..0.01).contains(&db), "{offset}: {db} dB");
        }
    }
}
