//! One segment: agreement of the phases of two stems there, at each of a few lags.
#![allow(unsafe_code)] // `multiversion` expands to calls of functions compiled for a detected instruction set.

use super::thresholds::THRESHOLDS;
use crate::align::correlate::fft::{fast_size, inverse, plan_forward, plan_inverse, transform};
use crate::align::correlate::gcc_phat::phase;
use crate::align::correlate::thresholds::THRESHOLDS as CORRELATE;
use crate::simd::vectorised;
use mixdown_fft::Complex;
use mixdown_fft::{ComplexToReal, RealToComplex};
use std::f64::consts::TAU;
use std::sync::Arc;

/// Returns a Hann window. Its cosines are turned on from one to the next, and computed anew every
/// few.
pub(crate) fn hann(len: usize) -> Vec<f32> {
    let step = TAU / len.max(1) as f64;
    let turn = Complex::from_polar(1.0, step);
    let part = |first: usize| {
        let start = Complex::from_polar(1.0, step * first as f64);
        std::iter::successors(Some(start), move |now| Some(now * turn))
            .take(THRESHOLDS.cosine_run_frames.min(len - first))
    };
    (0..len)
        .step_by(THRESHOLDS.cosine_run_frames)
        .flat_map(part)
        .map(|bin: Complex<f64>| (0.5 - 0.5 * bin.re) as f32)
        .collect()
}

/// Comparison of one segment of `len` frames with `reach` more on either side of the other stem.
pub(crate) struct SegmentCorrelator {
    len: usize,
    pub(crate) reach: usize,
    pub(crate) size: usize,
    pub(crate) bins: std::ops::Range<usize>,
    /// Neighbouring bins that are added up.
    group: usize,
    forward: Arc<dyn RealToComplex<f32>>,
    /// From groups of bins.
    inverse: Arc<dyn ComplexToReal<f32>>,
    hann_a: Vec<f32>,
    hann_b: Vec<f32>,
}

/// Buffers that one thread needs for segments.
pub(crate) struct Buffers {
    samples: Vec<f32>,
    pub(crate) first: Vec<Complex<f32>>,
    pub(crate) second: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    phases: Vec<Complex<f32>>,
    groups: Vec<Complex<f32>>,
    lags: Vec<f32>,
    back: Vec<Complex<f32>>,
}

impl SegmentCorrelator {
    pub(crate) fn new(len: usize, reach: usize, rate_hz: f64) -> Self {
        let size = fast_size(len + 2 * reach);
        let mut group = 1;
        while size.is_multiple_of(4 * group) && size / (2 * group) >= THRESHOLDS.min_lags_to_reach * reach.max(1) {
            group *= 2;
        }
        let bin = |hz: f64| (hz * size as f64 / rate_hz).ceil() as usize;
        Self {
            len,
            reach,
            size,
            bins: bin(CORRELATE.min_band_hz).max(1).min(size / 2)
                ..bin(CORRELATE.max_band_hz.min(CORRELATE.max_band_share * rate_hz)).clamp(1, size / 2),
            forward: plan_forward(size),
            group,
            inverse: plan_inverse(size / group),
            hann_a: hann(len),
            hann_b: hann(len + 2 * reach),
        }
    }

    /// Returns the frames of the first stem in a segment.
    pub(crate) fn hann_len(&self) -> usize {
        self.len
    }

    pub(crate) fn buffers(&self) -> Buffers {
        Buffers {
            samples: self.forward.make_input_vec(),
            first: self.forward.make_output_vec(),
            second: self.forward.make_output_vec(),
            scratch: self.forward.make_scratch_vec(),
            phases: vec![Complex::default(); self.bins.len()],
            groups: self.inverse.make_input_vec(),
            lags: self.inverse.make_output_vec(),
            back: self.inverse.make_scratch_vec(),
        }
    }

    /// Transforms a segment of `a` and the longer one of `b` around it. Both have frame 0 of `a` at
    /// the same place.
    pub(crate) fn spectra(&self, a: &[f32], b: &[f32], buffers: &mut Buffers) {
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

    /// Returns the phase transform of the two spectra at lags −reach … +reach.
    pub(crate) fn curve(&self, buffers: &mut Buffers) -> Vec<f32> {
        let Buffers { first, second, phases, groups, lags, back, .. } = buffers;
        phases_between(&first[self.bins.clone()], &second[self.bins.clone()], phases);
        groups.fill(Complex::default());
        for (bin, phase) in self.bins.clone().zip(phases) {
            groups[(bin + self.group / 2) / self.group] += *phase;
        }
        // The first group and the last are their own mirror images.
        for end in [0, groups.len() - 1] {
            groups[end] = Complex::new(2.0 * groups[end].re, 0.0);
        }
        inverse(self.inverse.as_ref(), groups, lags, back);
        around_0(lags, self.reach)
    }

    /// Returns a spectrum of the compared band as a function of the lag, −reach … +reach, as it is.
    pub(crate) fn lags(&self, bins: &[Complex<f32>], reach: usize) -> Vec<f32> {
        let back = plan_inverse(self.size);
        let (mut band, mut lags) = (back.make_input_vec(), back.make_output_vec());
        band[self.bins.clone()].copy_from_slice(&bins[self.bins.clone()]);
        if let Some(last) = band.last_mut() {
            *last = Complex::default();
        }
        inverse(back.as_ref(), &mut band, &mut lags, &mut back.make_scratch_vec());
        around_0(&lags, reach)
    }
}

fn around_0(lags: &[f32], reach: usize) -> Vec<f32> {
    (0..=2 * reach).map(|n| lags[(n + lags.len() - reach) % lags.len()]).collect()
}

vectorised! {
    fn phases_between(a: &[Complex<f32>], b: &[Complex<f32>], phases: &mut [Complex<f32>]) {
        for ((to, a), b) in phases.iter_mut().zip(a).zip(b) {
            *to = phase(a.conj() * b);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mixdown_fixtures::signals;

    #[test]
    fn groups_of_bins_show_the_same_curve_as_the_bins() {
        let (len, reach) = (40_000, 48);
        let noise = signals::white_noise(3, 0.5, len + 2 * reach + 31);
        let correlator = SegmentCorrelator::new(len, reach, 48_000.0);
        assert!(correlator.group > 1);
        let mut buffers = correlator.buffers();
        correlator.spectra(&noise[reach + 31..][..len], &noise[..len + 2 * reach], &mut buffers);
        let curve = correlator.curve(&mut buffers);
        let mut whole = vec![Complex::default(); correlator.size / 2 + 1];
        phases_between(&buffers.first, &buffers.second, &mut whole);
        let expected = correlator.lags(&whole, reach);
        let top = expected.iter().fold(0.0_f32, |top, x| top.max(x.abs()));
        assert_eq!(expected[reach + 31], top);
        // The outermost of a group's phases is a 128th of a turn off its middle one at the largest
        // lag. Lags beyond what all groups resolve are let in by as little.
        assert!(curve.iter().zip(&expected).all(|(x, y)| (x - y).abs() < 0.01 * top));
    }
}
