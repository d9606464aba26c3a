//! Changes of a stem's level in frequency bands, a hundred frames per second. They show roughly
//! where two stems may fit, even where clocks differ so much that waveforms never line up for long.

use super::band_levels::Levels;
use super::thresholds::THRESHOLDS;
use crate::align::correlate::fft::{fast_size, inverse, plan_forward, plan_inverse, transform};
use mixdown_fft::Complex;

/// Envelopes of one stem.
pub(crate) struct Envelope {
    /// Session frames in an envelope frame.
    hop: usize,
    /// Changes of the level, one row per band.
    bands: Vec<Vec<f32>>,
    /// Running sums of the power of all bands together, from the start.
    running_power: Vec<f64>,
    /// Spectra of the bands, and the length of their transform.
    spectra: Option<(usize, Vec<Vec<Complex<f32>>>)>,
}

/// Delay to examine further.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Candidate {
    /// Delay of the second stem, in session frames.
    pub(crate) delay: i64,
    /// Standard deviations above the rest.
    pub(crate) z: f64,
}

impl Envelope {
    /// Creates envelopes from the levels of a stem.
    pub(crate) fn new(levels: Levels) -> Self {
        let (hop, mut bands, running_power) = levels.into_parts();
        for band in &mut bands {
            changes(band);
        }
        Self { hop, bands, running_power, spectra: None }
    }

    /// Returns the session frames in an envelope frame.
    pub(crate) fn hop(&self) -> usize {
        self.hop
    }

    /// Returns running sums of the power of all bands from the start, one more than there are
    /// frames.
    pub(crate) fn running_power(&self) -> &[f64] {
        &self.running_power
    }

    /// Returns the number of envelope frames.
    fn frames(&self) -> usize {
        self.running_power.len() - 1
    }

    /// Keeps the spectra of the bands instead of the bands, for comparisons with stems of at most
    /// `longest` session frames at lags up to `max_lag`.
    pub(crate) fn keep_spectra(&mut self, longest: usize, max_lag: usize) {
        let size = self.transform_size(longest.div_ceil(self.hop), max_lag);
        self.spectra = Some((size, self.transformed(size)));
        self.bands = Vec::new();
    }

    /// Returns the largest lag in envelope frames, of stems of at most `longest` frames.
    fn max(&self, longest: usize, max_lag: usize) -> usize {
        (max_lag / self.hop + 1).min(longest)
    }

    fn transform_size(&self, longest: usize, max_lag: usize) -> usize {
        fast_size((longest + self.max(longest, max_lag)).max(64))
    }

    fn transformed(&self, size: usize) -> Vec<Vec<Complex<f32>>> {
        let forward = plan_forward(size);
        let (mut samples, mut scratch) = (forward.make_input_vec(), forward.make_scratch_vec());
        let one = |band: &Vec<f32>| {
            samples[..band.len()].copy_from_slice(band);
            samples[band.len()..].fill(0.0);
            let mut bins = forward.make_output_vec();
            transform(forward.as_ref(), &mut samples, &mut bins, &mut scratch);
            bins
        };
        self.bands.iter().map(one).collect()
    }

    /// Returns up to `most` delays within `max_lag` session frames at which `b` moves most like
    /// `self`, the best first.
    pub(crate) fn candidates(&self, b: &Self, max_lag: usize, most: usize) -> Vec<Candidate> {
        let longest = self.frames().max(b.frames());
        let max = self.max(longest, max_lag);
        let cross = |sum: &mut [Complex<f32>], a: &[Complex<f32>], b: &[Complex<f32>]| {
            sum.iter_mut().zip(a.iter().zip(b)).for_each(|(sum, (a, b))| *sum += a.conj() * b);
        };
        let kept = self.spectra.as_ref().zip(b.spectra.as_ref()).filter(|(a, b)| a.0 == b.0);
        let size = kept.map_or_else(|| self.transform_size(longest, max_lag), |(a, _)| a.0);
        let back = plan_inverse(size);
        let (mut samples, mut sum) = (back.make_output_vec(), back.make_input_vec());
        if let Some(((_, first), (_, second))) = kept {
            first.iter().zip(second).for_each(|(first, second)| cross(&mut sum, first, second));
        } else {
            let (first, second) = (self.transformed(size), b.transformed(size));
            first.iter().zip(&second).for_each(|(first, second)| cross(&mut sum, first, second));
        }
        for bin in &mut sum {
            let length = bin.norm_sqr().sqrt();
            *bin = if length > 0.0 { *bin / length.powf(THRESHOLDS.whitening_exponent) } else { Complex::default() };
        }
        sum[0] = Complex::default();
        if let Some(last) = sum.last_mut() {
            *last = Complex::default();
        }
        let mut scratch = back.make_scratch_vec();
        inverse(back.as_ref(), &mut sum, &mut samples, &mut scratch);
        let mut lags: Vec<f32> = (0..=2 * max).map(|n| samples[(n + size - max) % size]).collect();
        let deviation =
            (lags.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / lags.len() as f64).sqrt().max(f64::MIN_POSITIVE);
        let mut found = Vec::new();
        for _ in 0..most {
            let best = (0..lags.len()).fold(0, |best, n| if lags[n] > lags[best] { n } else { best });
            let z = f64::from(lags[best]) / deviation;
            if z < THRESHOLDS.min_candidate_peak_to_rms {
                break;
            }
            found.push(Candidate { delay: (best as i64 - max as i64) * self.hop as i64, z });
            let end = (best + THRESHOLDS.candidate_reach_frames + 1).min(lags.len());
            lags[best.saturating_sub(THRESHOLDS.candidate_reach_frames)..end].fill(0.0);
        }
        found
    }
}

/// Turns the powers of a band into the changes of its level, with mean square 1.
fn changes(band: &mut [f32]) {
    let mean = band.iter().map(|x| f64::from(*x)).sum::<f64>() / band.len().max(1) as f64;
    if mean <= 0.0 || !mean.is_finite() {
        band.fill(0.0);
        return;
    }
    let level = |power: f32| (f64::from(power) / mean + THRESHOLDS.soft_power_share).ln() as f32;
    let mut last = band.first().map_or(0.0, |power| level(*power));
    for power in band.iter_mut() {
        let now = level(*power);
        *power = now - std::mem::replace(&mut last, now);
    }
    let square = band.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / band.len() as f64;
    let scale = if square > 0.0 { square.sqrt().recip() as f32 } else { 0.0 };
    for x in band {
        *x *= scale;
    }
}
