//! Response of one stem to another, as a function of the lag, from blocks along both.

use super::thresholds::THRESHOLDS;
use crate::align::correlate::fft::{inverse, plan_forward, plan_inverse, transform};
use mixdown_fft::Complex;
use std::f64::consts::TAU;

/// Response of the second stem to the first.
pub(super) struct Response {
    /// Values at lags −reach … +reach.
    values: Vec<f32>,
    reach: usize,
    /// Deviation of lags where nothing is expected: that of noise with the same median height.
    pub(super) deviation: f32,
}

impl Response {
    /// Returns the highest absolute value within `around` of a lag, and its lag; 0 outside.
    pub(super) fn peak(&self, lag: i64, around: i64) -> (f32, i64) {
        let at = |lag: i64| usize::try_from(lag + self.reach as i64).ok().and_then(|n| self.values.get(n));
        let each = (lag - around..=lag + around).map(|lag| (at(lag).map_or(0.0, |x| x.abs()), lag));
        each.fold((0.0, lag), |best, one| if one.0 > best.0 { one } else { best })
    }

    /// Returns the highest peak among lags.
    pub(super) fn highest(&self, lags: std::ops::RangeInclusive<i64>) -> (f32, i64) {
        let half = (lags.end() - lags.start()) / 2;
        self.peak(lags.start() + half, half)
    }

    /// Returns the deviation of noise whose median height is that of these lags.
    pub(super) fn deviation_among(&self, lags: std::ops::RangeInclusive<i64>) -> f32 {
        deviation(lags.map(|lag| self.at(lag).abs()).collect())
    }

    /// Returns the value at a lag, with its sign.
    pub(super) fn at(&self, lag: i64) -> f32 {
        usize::try_from(lag + self.reach as i64).ok().and_then(|n| self.values.get(n)).copied().unwrap_or(0.0)
    }
}

/// Stem whose spectrum is divided out.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Against {
    /// That of the first: gains of the paths from it to the second.
    First,
    /// That of the second: gains of the paths from it to the first, at the lags of the first.
    Second,
    /// Half of each: what both have in common at a lag.
    Both,
}

/// Blocks of two stems as sums of spectra.
pub(super) struct StemBlocks {
    size: usize,
    cross: Vec<Complex<f32>>,
    first: Vec<f32>,
    second: Vec<f32>,
}

impl StemBlocks {
    /// Sums over blocks of `size` frames that follow each other at half a block or more. `read`
    /// fills a block of each stem.
    pub(super) fn new(size: usize, frames: usize, read: impl Fn(i64, &mut [f32], &mut [f32])) -> Self {
        let forward = plan_forward(size);
        let hann: Vec<f32> = (0..size).map(|n| (0.5 - 0.5 * (TAU * n as f64 / size as f64).cos()) as f32).collect();
        let mut sums = Self {
            size,
            cross: vec![Complex::default(); size / 2 + 1],
            first: vec![0.0; size / 2 + 1],
            second: vec![0.0; size / 2 + 1],
        };
        let (mut a, mut b) = (forward.make_input_vec(), forward.make_input_vec());
        let (mut of_a, mut of_b) = (forward.make_output_vec(), forward.make_output_vec());
        let mut scratch = forward.make_scratch_vec();
        let step = (size / 2).max(frames / THRESHOLDS.max_response_blocks).max(1);
        // From half a block before the start on, so that the ends count as much as the middle.
        for start in (0..frames + size / 2).step_by(step) {
            read(start as i64 - (size / 2) as i64, &mut a, &mut b);
            for samples in [&mut a, &mut b] {
                samples.iter_mut().zip(&hann).for_each(|(x, gain)| *x *= gain);
            }
            transform(forward.as_ref(), &mut a, &mut of_a, &mut scratch);
            transform(forward.as_ref(), &mut b, &mut of_b, &mut scratch);
            for (n, (x, y)) in of_a.iter().zip(&of_b).enumerate() {
                sums.cross[n] += x.conj() * y;
                sums.first[n] += x.norm_sqr();
                sums.second[n] += y.norm_sqr();
            }
        }
        sums
    }

    /// Returns the response at lags up to `reach` frames either way, from bins between two shares
    /// of the rate.
    pub(super) fn response(&self, against: Against, reach: usize, band: (f64, f64)) -> Response {
        let bin = |share: f64| ((share * self.size as f64) as usize).clamp(1, self.size / 2);
        let bins = bin(band.0)..bin(band.1);
        let levelled = |power: &[f32]| {
            let mean = power[bins.clone()].iter().sum::<f32>() / bins.len().max(1) as f32;
            move |x: f32| x + THRESHOLDS.response_ridge_share * mean + f32::MIN_POSITIVE
        };
        let (first, second) = (levelled(&self.first), levelled(&self.second));
        let mut spectrum = vec![Complex::default(); self.size / 2 + 1];
        for k in bins.clone() {
            let power = match against {
                Against::First => first(self.first[k]),
                Against::Second => second(self.second[k]),
                Against::Both => (first(self.first[k]) * second(self.second[k])).sqrt(),
            };
            spectrum[k] = self.cross[k] / power;
        }
        if let Some(last) = spectrum.last_mut() {
            *last = Complex::default();
        }
        let back = plan_inverse(self.size);
        let mut lags = back.make_output_vec();
        inverse(back.as_ref(), &mut spectrum, &mut lags, &mut back.make_scratch_vec());
        let scale = 1.0 / (2 * bins.len()).max(1) as f32;
        let reach = reach.min(self.size / 2 - 1);
        let value = |lag: i64| lags[lag.rem_euclid(self.size as i64) as usize] * scale;
        let values: Vec<f32> = (-(reach as i64)..=reach as i64).map(value).collect();
        let deviation = deviation(values.iter().map(|x| x.abs()).collect());
        Response { values, reach, deviation }
    }

    /// Returns the share of the second stem's power in `whole` that is left here.
    pub(super) fn share_of(&self, whole: &Self, band: (f64, f64)) -> f32 {
        let bin = |share: f64| ((share * self.size as f64) as usize).clamp(1, self.size / 2);
        let power = |of: &Self| of.second[bin(band.0)..bin(band.1)].iter().sum::<f32>();
        power(self) / power(whole).max(f32::MIN_POSITIVE)
    }

    /// Returns the blocks without the part of the second stem that a path from the first at `lags`
    /// explains.
    pub(super) fn without_path(&self, lags: &std::ops::RangeInclusive<i64>) -> Self {
        let path = super::path_removal::path(&self.cross, &self.first, lags, self.size);
        let rest = |n: usize| self.cross[n] - path[n] * self.first[n];
        let left = |n: usize| {
            let explained = 2.0 * (path[n].conj() * self.cross[n]).re - path[n].norm_sqr() * self.first[n];
            (self.second[n] - explained).max(THRESHOLDS.min_rest_power_share * self.second[n])
        };
        let bins = 0..self.cross.len();
        Self {
            size: self.size,
            cross: bins.clone().map(rest).collect(),
            first: self.first.clone(),
            second: bins.map(left).collect(),
        }
    }
}

/// Returns the deviation of normal noise with the median height of `heights`, which is 0.6745 of
/// it.
fn deviation(mut heights: Vec<f32>) -> f32 {
    heights.sort_by(f32::total_cmp);
    (heights.get(heights.len() / 2).copied().unwrap_or(0.0) / 0.6745).max(f32::MIN_POSITIVE)
}
