//! Generalised cross-correlation with phase transform (GCC-PHAT; Knapp and Carter 1976). Every
//! frequency has the same weight in the delay of one stem against another.

use super::fft::{CorrelationScratch, Transforms, fast_size, inverse, transform};
use super::quantised_spectrum::{Bin, add_cross, pack};
use super::thresholds::THRESHOLDS;
use mixdown_fft::Complex;
use mixdown_fft::{ComplexToReal, RealToComplex};
use std::ops::Range;
use std::sync::{Mutex, OnceLock, PoisonError};

/// Sizes and transforms that all stems of a comparison share.
pub(crate) struct Correlator {
    block: usize,
    fade: usize,
    /// Width over which spectra are levelled, in bins.
    levelled: usize,
    max_lag: usize,
    bins: Range<usize>,
    size: usize,
    /// Most comparisons never need it.
    whole: OnceLock<Transforms>,
    /// Half as long, where one block holds everything and most of its lags are needed.
    half: Option<Transforms>,
    /// Buffers that no thread uses now.
    spare: Mutex<Vec<CorrelationScratch>>,
}

/// Blocks of one stem as spectra of the compared band, levelled over 50 Hz to remove timbre.
pub(crate) struct StemSpectrum(Vec<Vec<Bin>>);

/// Correlation at lags −max … −1 and 0 … max.
#[derive(Clone, Copy)]
pub(crate) struct Lags<'a> {
    pub(crate) early: &'a [f32],
    pub(crate) late: &'a [f32],
}

impl Correlator {
    /// Computes the sizes for stems of up to `longest` frames at `rate_hz` and delays up to
    /// `max_lag` frames either way.
    pub(crate) fn new(longest: usize, max_lag: usize, rate_hz: f64) -> Self {
        let blocks = longest
            .div_ceil(((THRESHOLDS.max_block_s * rate_hz) as usize).max(THRESHOLDS.max_block_to_lag * max_lag))
            .max(1);
        let block = longest.div_ceil(blocks).max(1);
        // Silence as long as the largest delay keeps the ends of a block from meeting.
        let size = fast_size((block + max_lag).max(1 << 10));
        let bin = |hz: f64| (hz * size as f64 / rate_hz).ceil() as usize;
        let top = bin(THRESHOLDS.max_band_hz.min(THRESHOLDS.max_band_share * rate_hz)).min(size / 2);
        Self {
            block,
            fade: (THRESHOLDS.fade_s * rate_hz) as usize,
            levelled: bin(THRESHOLDS.levelling_hz),
            max_lag,
            bins: bin(THRESHOLDS.min_band_hz).min(top)..top,
            size,
            whole: OnceLock::new(),
            half: (blocks == 1 && 4 * max_lag >= size).then(|| Transforms::on_two_threads(size / 2)),
            spare: Mutex::new(Vec::new()),
        }
    }

    fn whole(&self) -> &Transforms {
        self.whole.get_or_init(|| Transforms::new(self.size))
    }

    /// Transforms a stem, scaled by `scale`. Overwrites its samples.
    pub(crate) fn spectrum(&self, stem: &mut [f32], scale: f32) -> StemSpectrum {
        let forward = &*self.whole().forward;
        self.lend(|scratch| {
            let one = |block| audible(self.transformed(block, scale, forward, scratch), self.bins.clone());
            let blocks: Vec<_> = stem.chunks_mut(self.block).map(one).collect();
            let gain = levelling(&blocks, self.levelled);
            let pack_one = |block: &Vec<_>| block.iter().enumerate().map(|(n, bin)| pack(bin * gain(n))).collect();
            StemSpectrum(blocks.iter().map(pack_one).collect())
        })
    }

    /// Returns every second bin of the whole spectrum with its magnitude set to 1, as of a stem
    /// folded onto itself at half the transform. `None` where few lags are needed. Overwrites the
    /// samples.
    pub(crate) fn half_phases(&self, stem: &mut [f32], scale: f32) -> Option<Vec<Bin>> {
        let forward = &*self.half.as_ref()?.forward;
        self.lend(|scratch| {
            let bins = audible(self.transformed(stem, scale, forward, scratch), self.half_bins());
            Some(bins.into_iter().map(|bin| pack(phase(bin))).collect())
        })
    }

    /// Returns the autocorrelation of a stem at lags 0 … half the transform, levelled over 50 Hz.
    /// Each lag includes the one that complements it to the length of the transform. `None` where
    /// few lags are needed. Overwrites the samples.
    pub(crate) fn own<'a>(
        &self,
        stem: &mut [f32],
        scale: f32,
        scratch: &'a mut CorrelationScratch,
    ) -> Option<&'a [f32]> {
        let half = self.half.as_ref()?;
        let bins = [audible(self.transformed(stem, scale, &*half.forward, scratch), self.half_bins())];
        let gain = levelling(&bins, self.levelled / 2);
        let size = half.inverse.len();
        let (spectrum, ..) = scratch.fit(size, 0);
        spectrum.fill(Complex::default());
        for (n, (to, bin)) in spectrum[self.half_bins()].iter_mut().zip(&bins[0]).enumerate() {
            to.re = (bin * gain(n)).norm_sqr();
        }
        Some(lags(&*half.inverse, scratch))
    }

    /// Transforms a block of a stem with its ends faded. The part beyond the length of the
    /// transform is folded onto its beginning.
    fn transformed<'a>(
        &self,
        block: &mut [f32],
        scale: f32,
        forward: &dyn RealToComplex<f32>,
        scratch: &'a mut CorrelationScratch,
    ) -> &'a [Complex<f32>] {
        for x in &mut *block {
            *x *= scale;
        }
        fade_ends(block, self.fade.min(block.len() / 4));
        let (bins, samples, inner) = scratch.fit(forward.len(), forward.get_scratch_len());
        samples.fill(0.0);
        for part in block.chunks(samples.len()) {
            samples.iter_mut().zip(part).for_each(|(sum, x)| *sum += x);
        }
        transform(forward, samples, bins, inner);
        bins
    }

    /// Lends buffers. Allocating them takes as long as using them.
    pub(crate) fn lend<T>(&self, work: impl FnOnce(&mut CorrelationScratch) -> T) -> T {
        let spare = || self.spare.lock().unwrap_or_else(PoisonError::into_inner);
        let mut scratch = spare().pop().unwrap_or_default();
        let result = work(&mut scratch);
        spare().push(scratch);
        result
    }

    fn half_bins(&self) -> Range<usize> {
        self.bins.start.div_ceil(2)..self.bins.end.div_ceil(2)
    }

    /// Correlates as [`Correlator::correlate`] does, with half the work and more noise. Each lag
    /// includes the one half the transform away, in no order.
    pub(crate) fn folded<'a>(&self, a: &[Bin], b: &[Bin], scratch: &'a mut CorrelationScratch) -> &'a [f32] {
        let Some(Transforms { inverse, .. }) = &self.half else { return &[] };
        let (spectrum, ..) = scratch.fit(inverse.len(), 0);
        let bins = self.half_bins();
        spectrum.fill(Complex::default());
        add_cross(&mut spectrum[bins], a, b);
        lags(&**inverse, scratch)
    }

    /// Returns the correlation at lags −max … +max. The middle is lag 0; a peak at a positive lag
    /// means that `b` is delayed. Blocks are added before their phases are taken, so that noise
    /// averages out over long stems.
    pub(crate) fn correlate(&self, a: &StemSpectrum, b: &StemSpectrum, scratch: &mut CorrelationScratch) -> Vec<f32> {
        whiten(self.cross(a, b, scratch));
        let lags = self.lags(scratch);
        [lags.early, lags.late].concat()
    }

    /// Correlates as [`Correlator::correlate`] does, but levelled over 50 Hz instead of bin by bin.
    /// A repeat shows with its true height.
    ///
    /// Phases alone are not enough. Between the lines of a loop's spectrum they show the ends of
    /// the recording, and favour the delay next to 0.
    pub(crate) fn levelled<'a>(
        &self,
        a: &StemSpectrum,
        b: &StemSpectrum,
        scratch: &'a mut CorrelationScratch,
    ) -> Lags<'a> {
        self.cross(a, b, scratch);
        self.lags(scratch)
    }

    /// Multiplies the blocks of two stems and adds them up in the buffer. Bins outside the compared
    /// band are 0.
    fn cross<'a>(
        &self,
        a: &StemSpectrum,
        b: &StemSpectrum,
        scratch: &'a mut CorrelationScratch,
    ) -> &'a mut [Complex<f32>] {
        let (spectrum, ..) = scratch.fit(self.size, 0);
        spectrum.fill(Complex::default());
        let band = &mut spectrum[self.bins.clone()];
        a.0.iter().zip(&b.0).for_each(|(a, b)| add_cross(band, a, b));
        band
    }

    fn lags<'a>(&self, scratch: &'a mut CorrelationScratch) -> Lags<'a> {
        let all = lags(&*self.whole().inverse, scratch);
        Lags { early: &all[all.len() - self.max_lag..], late: &all[..=self.max_lag] }
    }
}

/// Transforms the spectrum in the buffer into a function of the lag, negative lags at the end.
fn lags<'a>(back: &dyn ComplexToReal<f32>, scratch: &'a mut CorrelationScratch) -> &'a [f32] {
    let (spectrum, samples, inner) = scratch.fit(back.len(), back.get_scratch_len());
    // The band may reach the last bin, which must be real.
    if let Some(last) = spectrum.last_mut() {
        *last = Complex::default();
    }
    inverse(back, spectrum, samples, inner);
    samples
}

/// Returns the gain by bin that levels the power of all blocks together. Around each bin, the power
/// over `width` bins, fewer at the ends, becomes 1.
fn levelling(blocks: &[Vec<Complex<f32>>], width: usize) -> impl Fn(usize) -> f32 {
    let (half, count) = (width / 2, blocks.first().map_or(0, Vec::len));
    let mut sums = Vec::with_capacity(count + 1);
    sums.push(0.0);
    for n in 0..count {
        let power: f64 = blocks.iter().map(|block| f64::from(block[n].norm_sqr())).sum();
        sums.push(sums[n] + power);
    }
    move |n| {
        let level: f64 = sums[(n + half + 1).min(count)] - sums[n.saturating_sub(half)];
        if level > 0.0 { level.sqrt().recip() as f32 } else { 0.0 }
    }
}

/// Returns a part of a spectrum, without the bins that hold only rounding.
fn audible(all: &[Complex<f32>], part: Range<usize>) -> Vec<Complex<f32>> {
    let quiet = THRESHOLDS.min_bin_power_share * all.iter().map(Complex::norm_sqr).sum::<f32>() / all.len() as f32;
    all[part].iter().map(|bin| if bin.norm_sqr() > quiet { *bin } else { Complex::default() }).collect()
}

fn whiten(bins: &mut [Complex<f32>]) {
    for bin in bins {
        *bin = phase(*bin);
    }
}

/// Sets the magnitude of a bin to 1 and keeps its phase.
#[inline]
pub(crate) fn phase(bin: Complex<f32>) -> Complex<f32> {
    let length = bin.norm_sqr().sqrt();
    if length > 0.0 { bin / length } else { Complex::default() }
}

/// Fades both ends over `fade` frames with half a Hann window.
fn fade_ends(samples: &mut [f32], fade: usize) {
    let last = samples.len().saturating_sub(1);
    for n in 0..fade {
        let gain = (0.5 - 0.5 * (std::f64::consts::PI * (n as f64 + 0.5) / fade as f64).cos()) as f32;
        samples[n] *= gain;
        samples[last - n] *= gain;
    }
}
