//! Generalised cross-correlation with phase transform (GCC-PHAT; Knapp and Carter 1976): every frequency says with the
//! same weight how late one stem is against another.

use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};
use std::cell::RefCell;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// The band that is compared, in hertz: above rumble and hum, below what lossy coders throw away.
pub(super) const BAND_HZ: (f64, f64) = (60.0, 12_000.0);

/// The longest block transformed at once: in seconds, and at least so many times the largest offset. Short blocks make
/// the inverse transform of every pair short; long ones lose less where the two blocks of a late pair do not overlap.
const BLOCK_S: f64 = 10.0;
const BLOCK_OVER_LAG: usize = 5;
/// How long each end of a block is faded, in seconds: two stems cut at the same frame would share the cut.
const FADE_S: f64 = 0.25;
/// Bins this far below the mean power of a block (−120 dB) hold rounding, not sound.
const SILENT_BIN: f32 = 1e-12;
/// The width over which spectra are levelled before stems are searched for repeats, in hertz: timbre goes, the lines of a loop stay.
const LEVELLED_HZ: f64 = 50.0;

/// The sizes and transforms that all stems of a comparison share.
pub(super) struct Correlator {
    block: usize,
    fade: usize,
    levelled: usize,
    max_lag: usize,
    bins: std::ops::Range<usize>,
    forward: Arc<dyn RealToComplex<f32>>,
    inverse: Arc<dyn ComplexToReal<f32>>,
    /// Transforms half as long, where one block holds everything and most of its lags are asked for.
    half: Option<Half>,
    /// Buffers that no thread uses now.
    spare: Mutex<Vec<Scratch>>,
}

/// Transforms half as long as those of a correlator.
struct Half {
    forward: Arc<dyn RealToComplex<f32>>,
    inverse: Arc<dyn ComplexToReal<f32>>,
}

/// The blocks of one stem as spectra of the compared band.
pub(super) struct Spectrum {
    blocks: Vec<Vec<Complex<f32>>>,
    /// The power around each bin, once it has been asked for.
    levels: OnceLock<Vec<f64>>,
}

thread_local! {
    /// Planning takes as long as a few transforms; a planner keeps what it has planned.
    static PLANNER: RefCell<RealFftPlanner<f32>> = RefCell::new(RealFftPlanner::new());
}

/// The transform of `size` samples.
pub(super) fn plan_forward(size: usize) -> Arc<dyn RealToComplex<f32>> {
    PLANNER.with_borrow_mut(|planner| planner.plan_fft_forward(size))
}

/// The transform back to `size` samples.
pub(super) fn plan_inverse(size: usize) -> Arc<dyn ComplexToReal<f32>> {
    PLANNER.with_borrow_mut(|planner| planner.plan_fft_inverse(size))
}

/// Buffers for one pair after another.
pub(super) struct Scratch {
    product: Vec<Complex<f32>>,
    lags: Vec<f32>,
    inverse: Vec<Complex<f32>>,
}

impl Correlator {
    /// Sizes for stems of up to `longest` frames at `rate_hz` and offsets up to `max_lag` frames either way.
    pub(super) fn new(longest: usize, max_lag: usize, rate_hz: f64) -> Self {
        let blocks = longest.div_ceil(((BLOCK_S * rate_hz) as usize).max(BLOCK_OVER_LAG * max_lag)).max(1);
        let block = longest.div_ceil(blocks).max(1);
        // Silence of the length of the largest offset keeps the ends of a block from meeting.
        let size = fast_size((block + max_lag).max(1 << 10));
        let bin = |hz: f64| (hz * size as f64 / rate_hz).ceil() as usize;
        let top = bin(BAND_HZ.1.min(0.42 * rate_hz)).min(size / 2);
        Self {
            block,
            fade: (FADE_S * rate_hz) as usize,
            levelled: bin(LEVELLED_HZ),
            max_lag,
            bins: bin(BAND_HZ.0).min(top)..top,
            forward: plan_forward(size),
            inverse: plan_inverse(size),
            half: (blocks == 1 && 4 * max_lag >= size)
                .then(|| Half { forward: plan_forward(size / 2), inverse: plan_inverse(size / 2) }),
            spare: Mutex::new(Vec::new()),
        }
    }

    /// Transforms a stem, scaled by `scale`.
    pub(super) fn spectrum(&self, stem: &[f32], scale: f32) -> Spectrum {
        let mut buffer = self.forward.make_input_vec();
        let mut all = self.forward.make_output_vec();
        let mut scratch = self.forward.make_scratch_vec();
        let blocks = stem.chunks(self.block).map(|samples| {
            for (to, from) in buffer.iter_mut().zip(samples) {
                *to = from * scale;
            }
            buffer[samples.len()..].fill(0.0);
            fade_ends(&mut buffer[..samples.len()], self.fade.min(samples.len() / 4));
            transform(self.forward.as_ref(), &mut buffer, &mut all, &mut scratch);
            audible(&all, self.bins.clone())
        });
        Spectrum { blocks: blocks.collect(), levels: OnceLock::new() }
    }

    /// Lends buffers: making them anew takes as long as using them.
    pub(super) fn lend<T>(&self, work: impl FnOnce(&mut Scratch) -> T) -> T {
        let spare = || self.spare.lock().unwrap_or_else(PoisonError::into_inner);
        let lent = spare().pop();
        let mut scratch = lent.unwrap_or_else(|| self.scratch());
        let result = work(&mut scratch);
        spare().push(scratch);
        result
    }

    fn scratch(&self) -> Scratch {
        Scratch {
            product: self.inverse.make_input_vec(),
            lags: self.inverse.make_output_vec(),
            inverse: vec![
                Complex::default();
                self.inverse
                    .get_scratch_len()
                    .max(self.half.as_ref().map_or(0, |half| half.inverse.get_scratch_len()))
            ],
        }
    }

    /// Every second bin of [`Correlator::spectrum`]: a stem laid upon itself half the transform away. `None` where few lags are asked for.
    pub(super) fn half_spectrum(&self, stem: &[f32], scale: f32) -> Option<Vec<Complex<f32>>> {
        let forward = &self.half.as_ref()?.forward;
        let (mut buffer, mut all) = (forward.make_input_vec(), forward.make_output_vec());
        let mut faded: Vec<f32> = stem.iter().map(|x| x * scale).collect();
        fade_ends(&mut faded, self.fade.min(stem.len() / 4));
        for part in faded.chunks(buffer.len()) {
            buffer.iter_mut().zip(part).for_each(|(sum, x)| *sum += x);
        }
        transform(forward.as_ref(), &mut buffer, &mut all, &mut forward.make_scratch_vec());
        Some(audible(&all, self.half_bins()))
    }

    fn half_bins(&self) -> std::ops::Range<usize> {
        self.bins.start.div_ceil(2)..self.bins.end.div_ceil(2)
    }

    /// [`Correlator::correlate`] for half the work and with more noise: each lag on top of the one half the transform away, in no order.
    pub(super) fn folded<'a>(&self, a: &[Complex<f32>], b: &[Complex<f32>], scratch: &'a mut Scratch) -> &'a [f32] {
        let Some(Half { inverse: half, .. }) = &self.half else { return &[] };
        let product = &mut scratch.product[..=half.len() / 2];
        let bins = self.half_bins();
        product[..bins.start].fill(Complex::default());
        product[bins.end..].fill(Complex::default());
        for (product, (a, b)) in product[bins].iter_mut().zip(a.iter().zip(b)) {
            *product = phase(a.conj() * b);
        }
        if let Some(last) = product.last_mut() {
            *last = Complex::default();
        }
        let lags = &mut scratch.lags[..half.len()];
        inverse(half.as_ref(), product, lags, &mut scratch.inverse[..half.get_scratch_len()]);
        &scratch.lags[..half.len()]
    }

    /// The correlation at lags −max … +max; the middle is lag 0, a peak at a positive lag says that `b` is late. The blocks are
    /// added before their phases are taken, so long stems average out noise.
    pub(super) fn correlate(&self, a: &Spectrum, b: &Spectrum, scratch: &mut Scratch) -> Vec<f32> {
        self.cross(a, b, scratch);
        whiten(&mut scratch.product[self.bins.clone()]);
        self.inverse(scratch)
    }

    /// As [`Correlator::correlate`], but levelled over 50 Hz instead of bin by bin: a repeat shows with its true height.
    ///
    /// Phases alone cannot tell: between the lines of a loop's spectrum they show the ends of the recording, and favour the offset next to 0.
    pub(super) fn levelled(&self, a: &Spectrum, b: &Spectrum, scratch: &mut Scratch) -> Vec<f32> {
        let (first, second) = (self.levels(a), self.levels(b));
        self.cross(a, b, scratch);
        for ((bin, a), b) in scratch.product[self.bins.clone()].iter_mut().zip(first).zip(second) {
            let level = (a * b).sqrt();
            *bin = if level > 0.0 { *bin / level as f32 } else { Complex::default() };
        }
        self.inverse(scratch)
    }

    fn levels<'a>(&self, stem: &'a Spectrum) -> &'a [f64] {
        stem.levels.get_or_init(|| {
            let mut power = vec![0.0; self.bins.len()];
            for block in &stem.blocks {
                power.iter_mut().zip(block).for_each(|(sum, bin)| *sum += f64::from(bin.norm_sqr()));
            }
            moving_sum(&power, self.levelled).collect()
        })
    }

    fn cross(&self, a: &Spectrum, b: &Spectrum, scratch: &mut Scratch) {
        scratch.product.fill(Complex::default());
        let band = &mut scratch.product[self.bins.clone()];
        for (a, b) in a.blocks.iter().zip(&b.blocks) {
            for ((sum, a), b) in band.iter_mut().zip(a).zip(b) {
                *sum += a.conj() * b;
            }
        }
    }

    fn inverse(&self, scratch: &mut Scratch) -> Vec<f32> {
        // The band may reach the last bin, which must be real.
        if let Some(last) = scratch.product.last_mut() {
            *last = Complex::default();
        }
        inverse(self.inverse.as_ref(), &mut scratch.product, &mut scratch.lags, &mut scratch.inverse);
        let late = &scratch.lags[..=self.max_lag];
        let early = &scratch.lags[scratch.lags.len() - self.max_lag..];
        [early, late].concat()
    }
}

/// The next length that transforms fast: 8, 9, 10, 12 or 15 times a power of two.
pub(super) fn fast_size(least: usize) -> usize {
    let above = least.next_power_of_two().max(64);
    let of = |sixteenths: usize| above / 16 * sixteenths;
    [of(9), of(10), of(12), of(15), above].into_iter().find(|size| *size >= least).unwrap_or(above)
}

/// The sum of the `width` values around each value, fewer at the ends.
fn moving_sum(values: &[f64], width: usize) -> impl Iterator<Item = f64> {
    let mut sums = vec![0.0];
    sums.extend(values.iter().scan(0.0, |sum, value| {
        *sum += value;
        Some(*sum)
    }));
    let (half, count) = (width / 2, values.len());
    (0..count).map(move |n| sums[(n + half + 1).min(count)] - sums[n.saturating_sub(half)])
}

/// A part of a spectrum, without the bins that hold rounding.
fn audible(all: &[Complex<f32>], part: std::ops::Range<usize>) -> Vec<Complex<f32>> {
    let quiet = SILENT_BIN * all.iter().map(Complex::norm_sqr).sum::<f32>() / all.len() as f32;
    all[part].iter().map(|bin| if bin.norm_sqr() > quiet { *bin } else { Complex::default() }).collect()
}

/// Leaves of every bin its phase alone.
pub(super) fn whiten(bins: &mut [Complex<f32>]) {
    for bin in bins {
        *bin = phase(*bin);
    }
}

fn phase(bin: Complex<f32>) -> Complex<f32> {
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

/// A forward transform into buffers made for it.
pub(super) fn transform(
    fft: &dyn RealToComplex<f32>,
    input: &mut [f32],
    output: &mut [Complex<f32>],
    scratch: &mut [Complex<f32>],
) {
    // realfft refuses only buffers of other lengths than its own.
    fft.process_with_scratch(input, output, scratch).expect("buffers made by this transform");
}

/// An inverse transform into buffers made for it; the first and last bin must be real.
pub(super) fn inverse(
    fft: &dyn ComplexToReal<f32>,
    input: &mut [Complex<f32>],
    output: &mut [f32],
    scratch: &mut [Complex<f32>],
) {
    // realfft refuses only buffers of other lengths, and a first or last bin that is not real: both are 0 here.
    fft.process_with_scratch(input, output, scratch).expect("buffers made by this transform, ends 0");
}
