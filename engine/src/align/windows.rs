//! The second opinion: many short windows must each find the offset that the whole found.

use super::correlation::{BAND_HZ, inverse, transform, whiten};
use super::features::StemFeatures;
use realfft::RealFftPlanner;
use realfft::num_complex::Complex;
use std::f64::consts::TAU;

/// Windows asked for, at most.
const MOST: usize = 12;
/// Windows needed for an opinion.
pub(super) const FEWEST: usize = 5;
/// The z that a window is made long enough to expect, if noise averages out as it should: chance reaches 4 among the lags
/// looked at, and dull stems need more to be within a frame.
const WINDOW_Z: f64 = 20.0;
/// How long a window lasts at least, in seconds.
const SHORTEST_S: f64 = 0.25;
/// How far from the offset of the whole a window looks, in seconds either way.
const REACH_S: f64 = 0.02;
/// Windows more than 60 dB below the root mean square of their stem are not asked: power.
const QUIET: f64 = 1e-6;

/// How far the peak of all windows together may lie from the middle of their own, in frames.
const SUM_TOLERANCE: f64 = 3.0;

/// What the windows say.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Agreement {
    /// Windows that had sound in both stems.
    pub(super) windows: usize,
    /// Share of them within ±1 frame of one line.
    pub(super) share: f64,
    /// The offset in frames in the middle of the stems: positive when the second stem is late.
    pub(super) late: i64,
    /// The slope of the line: frames that the second stem falls behind in every million.
    pub(super) drift_ppm: f64,
    /// The change of the offset over the compared length that the line implies, in frames.
    pub(super) drift_frames: f64,
}

/// Asks the loudest windows for the offset of `b` against `a` near `late`, with the polarity given; `z` is that of the whole.
/// None when the common part is too short for [`FEWEST`] windows.
pub(super) fn ask(a: &StemFeatures, b: &StemFeatures, late: i64, polarity: i8, z: f64) -> Option<Agreement> {
    let rate = a.rate();
    // The common part: frame n of a sounds together with frame n + late of b.
    let a = a.mono().get((-late).max(0) as usize..)?;
    let b = b.mono().get(late.max(0) as usize..)?;
    let common = a.len().min(b.len());
    let (a, b) = (&a[..common], &b[..common]);
    let shortest = (rate.frames(SHORTEST_S) as usize).next_power_of_two();
    let wanted = (common as f64 * (WINDOW_Z / z).powi(2)) as usize;
    let mut size = wanted.clamp(rate.as_f64() as usize, (common / 9).max(rate.as_f64() as usize)).next_power_of_two();
    while size > shortest && size * FEWEST > common {
        size /= 2;
    }
    let starts = loudest(a, b, size);
    if size * FEWEST > common || starts.len() < FEWEST {
        return (starts.len() < FEWEST && size * FEWEST <= common).then_some(Agreement {
            windows: starts.len(),
            share: 0.0,
            late,
            drift_ppm: 0.0,
            drift_frames: 0.0,
        });
    }
    let reach = (rate.frames(REACH_S) as usize).min(size / 8);
    let bin = |hz: f64| (hz * size as f64 / rate.as_f64()).ceil() as usize;
    let finder = Finder::new(size, bin(BAND_HZ.0)..bin(BAND_HZ.1).min(size / 2));
    let (points, together) = finder.offsets(a, b, &starts, reach, polarity);
    let (slope, intercept) = theil_sen(&points);
    let near: Vec<f64> =
        points.iter().filter(|(x, y)| (y - (intercept + slope * x)).abs() <= 1.0).map(|(_, y)| *y).collect();
    let share = near.len() as f64 / points.len() as f64;
    let middle = median(near);
    Some(Agreement {
        windows: points.len(),
        share,
        // The sum of the windows is less noisy than any of them; it counts where it confirms their middle.
        late: late + if (together - middle).abs() <= SUM_TOLERANCE { together } else { middle }.round() as i64,
        drift_ppm: slope * 1e6,
        drift_frames: slope * common as f64,
    })
}

/// The starts, in order, of the windows that are loudest in the quieter of the two stems.
fn loudest(a: &[f32], b: &[f32], size: usize) -> Vec<usize> {
    let power = |x: &[f32]| x.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / x.len().max(1) as f64;
    let (whole_a, whole_b) = (power(a).max(f64::MIN_POSITIVE), power(b).max(f64::MIN_POSITIVE));
    let mut slots: Vec<(f64, usize)> = (0..a.len() / size)
        .map(|slot| slot * size)
        .map(|start| {
            let part = start..start + size;
            ((power(&a[part.clone()]) / whole_a).min(power(&b[part]) / whole_b), start)
        })
        .filter(|(level, _)| *level > QUIET)
        .collect();
    slots.sort_by(|x, y| y.0.total_cmp(&x.0).then(x.1.cmp(&y.1)));
    slots.truncate(MOST);
    let mut starts: Vec<usize> = slots.into_iter().map(|(_, start)| start).collect();
    starts.sort_unstable();
    starts
}

/// GCC-PHAT of single windows.
struct Finder {
    size: usize,
    bins: std::ops::Range<usize>,
    hann: Vec<f32>,
}

impl Finder {
    fn new(size: usize, bins: std::ops::Range<usize>) -> Self {
        let hann = (0..size).map(|n| (0.5 - 0.5 * (TAU * n as f64 / size as f64).cos()) as f32).collect();
        Self { size, bins, hann }
    }

    /// The middle of each window, in frames, with its offset; and the offset of the sum of all windows.
    fn offsets(&self, a: &[f32], b: &[f32], starts: &[usize], reach: usize, polarity: i8) -> (Vec<(f64, f64)>, f64) {
        let mut planner = RealFftPlanner::new();
        let (forward, back) = (planner.plan_fft_forward(self.size), planner.plan_fft_inverse(self.size));
        let mut samples = forward.make_input_vec();
        let (mut first, mut second) = (forward.make_output_vec(), forward.make_output_vec());
        let mut scratch = forward.make_scratch_vec();
        let mut back_scratch = back.make_scratch_vec();
        let sign = f32::from(polarity);
        let mut sum = vec![0.0; 2 * reach + 1];
        let mut offset = |start: usize| {
            for (from, spectrum) in [(a, &mut first), (b, &mut second)] {
                let part = &from[start..start + self.size];
                for ((to, sample), gain) in samples.iter_mut().zip(part).zip(&self.hann) {
                    *to = sample * gain;
                }
                transform(forward.as_ref(), &mut samples, spectrum, &mut scratch);
            }
            for (n, (a, b)) in first.iter().zip(second.iter_mut()).enumerate() {
                *b = if self.bins.contains(&n) { a.conj() * *b } else { Complex::default() };
            }
            whiten(&mut second);
            inverse(back.as_ref(), &mut second, &mut samples, &mut back_scratch);
            let near = (0..=2 * reach).map(|n| sign * samples[(n + self.size - reach) % self.size]);
            let near: Vec<f32> = near.collect();
            sum.iter_mut().zip(&near).for_each(|(sum, x)| *sum += x);
            highest(&near)
        };
        let points = starts.iter().map(|&start| ((start + self.size / 2) as f64, offset(start))).collect();
        (points, highest(&sum))
    }
}

/// The lag of the highest of the values at lags −n … n.
fn highest(values: &[f32]) -> f64 {
    let best = (0..values.len()).fold(0, |best, n| if values[n] > values[best] { n } else { best });
    best as f64 - (values.len() / 2) as f64
}

/// The line of the median slope (Theil 1950, Sen 1968): up to 29 % of the points may lie anywhere.
fn theil_sen(points: &[(f64, f64)]) -> (f64, f64) {
    let slopes = points
        .iter()
        .enumerate()
        .flat_map(|(n, p)| points[n + 1..].iter().map(move |q| (q.1 - p.1) / (q.0 - p.0)))
        .collect();
    let slope = median(slopes);
    (slope, median(points.iter().map(|(x, y)| y - slope * x).collect()))
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let n = values.len();
    if n == 0 { 0.0 } else { f64::midpoint(values[(n - 1) / 2], values[n / 2]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_found_among_outliers() {
        let mut points: Vec<(f64, f64)> = (0..10).map(|n| (f64::from(n), 3.0 + 0.5 * f64::from(n))).collect();
        (points[2].1, points[7].1) = (500.0, -90.0);
        let (slope, intercept) = theil_sen(&points);
        assert!((slope - 0.5).abs() < 1e-12 && (intercept - 3.0).abs() < 1e-12);
    }
}
