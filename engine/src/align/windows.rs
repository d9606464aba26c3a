//! The second opinion: windows along the stems must each find the offset that the whole suggests.

use super::correlation::{BAND_HZ, fast_size, inverse, plan_forward, plan_inverse, transform, whiten};
use super::course::{self, Course, Grain};
use super::decimate::Decimator;
use super::envelope::Envelope;
use super::features::StemFeatures;
use super::line;
use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealToComplex};
use std::f64::consts::TAU;
use std::sync::Arc;

/// Windows asked for, at most.
const MOST: usize = 12;
/// Windows needed for an opinion.
pub(super) const FEWEST: usize = 5;
/// How long a window lasts at least, in seconds.
const SHORTEST_S: f64 = 0.25;
/// Windows more than 60 dB below the mean power of their stem are not asked: power.
const QUIET: f64 = 1e-6;
/// How far from one line a window may be, in decimated frames.
const TOLERANCE: f64 = 2.0;

/// What is looked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Search {
    /// How long a window should be, in seconds.
    pub(super) window_s: f64,
    /// How far from the suggested offset a window looks either way, in seconds.
    pub(super) reach_s: f64,
    /// Whether the offset may change along the stems.
    pub(super) drifts: bool,
}

/// What the windows say.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Found {
    /// Where the second stem lies.
    pub(super) course: Course,
    /// −1 when it is inverted.
    pub(super) polarity: i8,
    /// Windows that had sound in both stems.
    pub(super) windows: usize,
    /// Windows that found one course.
    pub(super) agreeing: usize,
    /// The middle height of the peaks of those, 1 where all phases agree.
    pub(super) height: f64,
    /// The decimal logarithm of the chance that so many would agree if each had answered at random.
    pub(super) log_chance: f64,
}

/// A stem made ready for comparison: its envelope, and its samples at a lower rate where they fit in memory.
pub(super) struct Prepared<'a> {
    pub(super) stem: &'a StemFeatures,
    pub(super) envelope: Envelope,
    pub(super) decimated: Option<Vec<f32>>,
}

impl Prepared<'_> {
    fn window(&self, decimator: &Decimator, start: i64, count: usize) -> Vec<f32> {
        let Some(all) = &self.decimated else { return decimator.read(self.stem, start, count) };
        (start..start + count as i64)
            .map(|n| usize::try_from(n).ok().and_then(|n| all.get(n)).copied().unwrap_or(0.0))
            .collect()
    }

    /// Mean power between two frames, over the mean of the whole.
    fn level(&self, from: usize, to: usize) -> f64 {
        let sums = self.envelope.running_power();
        let mean = |from: usize, to: usize| (sums[to] - sums[from]) / (to - from).max(1) as f64;
        let (hop, count) = (self.envelope.hop(), sums.len() - 1);
        let end = (to / hop).clamp(1, count.max(1)).min(count);
        mean((from / hop).min(end.saturating_sub(1)), end) / mean(0, count).max(f64::MIN_POSITIVE)
    }
}

/// The frames of `a` during which `b` sounds too, when `b` is late by `late`.
pub(super) fn common(a: &StemFeatures, b: &StemFeatures, late: f64) -> std::ops::Range<usize> {
    let start = (-late).max(0.0).ceil() as usize;
    let end = (b.kept() as f64 - late).floor().clamp(0.0, a.kept() as f64) as usize;
    start.min(end)..end
}

/// The starts in `a` of up to `most` windows of `size` frames, each the loudest of its part of the common time.
pub(super) fn places(a: &Prepared<'_>, b: &Prepared<'_>, late: f64, size: usize, most: usize) -> Vec<usize> {
    let common = common(a.stem, b.stem, late);
    let parts = (common.len() / size.max(1)).min(most);
    let part = common.len().checked_div(parts).unwrap_or(0);
    let loudest = |n: usize| {
        let starts = (common.start + n * part..=common.start + (n + 1) * part - size).step_by((size / 2).max(1));
        let level = |start: usize| {
            let other = (start as f64 + late).max(0.0) as usize;
            a.level(start, start + size).min(b.level(other, other + size))
        };
        starts.map(|start| (level(start), start)).max_by(|x, y| x.0.total_cmp(&y.0).then(y.1.cmp(&x.1)))
    };
    (0..parts).filter_map(loudest).filter(|(level, _)| *level > QUIET).map(|(_, start)| start).collect()
}

/// Asks windows along the stems for the offset of `b` against `a` near `late`, at the decimated rate.
/// None when the common part is too short for [`FEWEST`] windows with sound.
pub(super) fn ask(
    a: &Prepared<'_>,
    b: &Prepared<'_>,
    decimator: &Decimator,
    late: i64,
    search: Search,
) -> Option<Found> {
    let factor = decimator.factor();
    let rate = a.stem.rate().as_f64() / factor as f64;
    let length = common(a.stem, b.stem, late as f64).len();
    let window_s = search.window_s.min(length as f64 / a.stem.rate().as_f64() / (FEWEST + 1) as f64);
    if window_s < SHORTEST_S {
        return None;
    }
    let count = (window_s * rate) as usize;
    let reach = ((search.reach_s * rate) as usize).max(4);
    let starts = places(a, b, late as f64, count * factor, MOST);
    if starts.len() < FEWEST {
        return None;
    }
    let window = Window::new(count, reach, rate);
    let mut buffers = window.buffers();
    let mut answers = Vec::with_capacity(starts.len());
    for start in starts {
        let first = (start / factor) as i64;
        let second = first + (late as f64 / factor as f64).round() as i64;
        let shift = (second - first) * factor as i64;
        let a = a.window(decimator, first, count);
        let b = b.window(decimator, second - reach as i64, count + 2 * reach);
        window.spectra(&a, &b, &mut buffers);
        let curve = window.curve(&mut buffers);
        let best = (0..curve.len()).fold(0, |best, n| if curve[n].abs() > curve[best].abs() { n } else { best });
        let at = (first as usize * factor + count * factor / 2) as f64;
        let lag = (shift + (best as i64 - reach as i64) * factor as i64) as f64;
        answers.push((at, lag, f64::from(curve[best]) / (2 * window.bins.len()) as f64));
    }
    let points: Vec<(f64, f64)> = answers.iter().map(|answer| (answer.0, answer.1)).collect();
    let tolerance = TOLERANCE * factor as f64;
    let grain = Grain { tolerance, half_step: factor as f64 / 2.0, reach: (count * factor) as f64 / 2.0 };
    let (line, on) = line::through_most(&points, tolerance, search.drifts)?;
    let course = if search.drifts && on.contains(&false) { course::bent(line, &points, &grain) } else { line.into() };
    let on = answers.iter().filter(|(at, late, _)| (late - course.late(*at)).abs() <= tolerance);
    let on: Vec<f64> = on.map(|answer| answer.2).collect();
    let positive = on.iter().filter(|height| **height > 0.0).count();
    let polarity = if 2 * positive >= on.len() { 1 } else { -1 };
    let agreeing = positive.max(on.len() - positive);
    let chance = (2.0 * TOLERANCE + 1.0) / (2 * reach + 1) as f64;
    // A bend takes two windows to be drawn, and may be between any two.
    let free = if search.drifts { 2 + 2 * course.bends.len() } else { 1 };
    let log_places = course.bends.len() as f64 * (points.len() as f64).log10();
    let log_chance =
        log_choose(points.len(), agreeing) + log_places + chance.log10() * agreeing.saturating_sub(free) as f64;
    let height = line::median(on.into_iter().map(f64::abs).collect());
    Some(Found { course, polarity, windows: points.len(), agreeing, height, log_chance })
}

/// The decimal logarithm of the number of ways to choose `k` of `n`.
fn log_choose(n: usize, k: usize) -> f64 {
    (1..=k).map(|i| ((n - k + i) as f64 / i as f64).log10()).sum()
}

/// A Hann window: its cosines are turned on from one to the next, anew every few.
fn hann(len: usize) -> Vec<f32> {
    const TOGETHER: usize = 64;
    let step = TAU / len.max(1) as f64;
    let turn = Complex::from_polar(1.0, step);
    let part = |first: usize| {
        let start = Complex::from_polar(1.0, step * first as f64);
        std::iter::successors(Some(start), move |now| Some(now * turn)).take(TOGETHER.min(len - first))
    };
    (0..len).step_by(TOGETHER).flat_map(part).map(|bin: Complex<f64>| (0.5 - 0.5 * bin.re) as f32).collect()
}

/// The comparison of one window of `len` frames with `reach` more on either side of the other stem.
pub(super) struct Window {
    len: usize,
    pub(super) reach: usize,
    pub(super) size: usize,
    pub(super) bins: std::ops::Range<usize>,
    forward: Arc<dyn RealToComplex<f32>>,
    inverse: Arc<dyn ComplexToReal<f32>>,
    hann_a: Vec<f32>,
    hann_b: Vec<f32>,
}

/// What one thread needs for windows.
pub(super) struct Buffers {
    samples: Vec<f32>,
    pub(super) first: Vec<Complex<f32>>,
    pub(super) second: Vec<Complex<f32>>,
    product: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    back: Vec<Complex<f32>>,
}

impl Window {
    pub(super) fn new(len: usize, reach: usize, rate_hz: f64) -> Self {
        let size = fast_size(len + 2 * reach);
        let bin = |hz: f64| (hz * size as f64 / rate_hz).ceil() as usize;
        Self {
            len,
            reach,
            size,
            bins: bin(BAND_HZ.0).max(1).min(size / 2)..bin(BAND_HZ.1.min(0.42 * rate_hz)).clamp(1, size / 2),
            forward: plan_forward(size),
            inverse: plan_inverse(size),
            hann_a: hann(len),
            hann_b: hann(len + 2 * reach),
        }
    }

    /// Frames of the first stem in a window.
    pub(super) fn hann_len(&self) -> usize {
        self.len
    }

    pub(super) fn buffers(&self) -> Buffers {
        Buffers {
            samples: self.forward.make_input_vec(),
            first: self.forward.make_output_vec(),
            second: self.forward.make_output_vec(),
            product: self.forward.make_output_vec(),
            scratch: self.forward.make_scratch_vec(),
            back: self.inverse.make_scratch_vec(),
        }
    }

    /// Transforms a window of `a` and the longer one of `b` around it; both have frame 0 of `a` at the same place.
    pub(super) fn spectra(&self, a: &[f32], b: &[f32], buffers: &mut Buffers) {
        for (from, hann, start, to) in
            [(a, &self.hann_a, self.reach, &mut buffers.first), (b, &self.hann_b, 0, &mut buffers.second)]
        {
            buffers.samples[..start].fill(0.0);
            buffers.samples[start + from.len()..].fill(0.0);
            for ((to, from), gain) in buffers.samples[start..].iter_mut().zip(from).zip(hann) {
                *to = from * gain;
            }
            transform(self.forward.as_ref(), &mut buffers.samples, to, &mut buffers.scratch);
        }
        debug_assert_eq!(a.len(), self.len);
    }

    /// The phase transform of the two spectra at lags −reach … +reach.
    pub(super) fn curve(&self, buffers: &mut Buffers) -> Vec<f32> {
        for (product, (a, b)) in buffers.product.iter_mut().zip(buffers.first.iter().zip(&buffers.second)) {
            *product = a.conj() * b;
        }
        whiten(&mut buffers.product);
        let product = std::mem::take(&mut buffers.product);
        let lags = self.lags(&product, self.reach, buffers);
        buffers.product = product;
        lags
    }

    /// A spectrum of the compared band as a function of the lag, −reach … +reach, as it is.
    pub(super) fn lags(&self, bins: &[Complex<f32>], reach: usize, buffers: &mut Buffers) -> Vec<f32> {
        let mut band = vec![Complex::default(); bins.len()];
        band[self.bins.clone()].copy_from_slice(&bins[self.bins.clone()]);
        if let Some(last) = band.last_mut() {
            *last = Complex::default();
        }
        inverse(self.inverse.as_ref(), &mut band, &mut buffers.samples, &mut buffers.back);
        (0..=2 * reach).map(|n| buffers.samples[(n + self.size - reach) % self.size]).collect()
    }
}
