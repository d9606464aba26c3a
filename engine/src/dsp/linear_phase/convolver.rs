//! Convolution with a long filter, by transforms of its parts (uniformly partitioned overlap-save,
//! T. G. Stockham, 1966; W. G. Gardner, "Efficient convolution without input-output delay", 1995).
#![allow(unsafe_code)] // `multiversion` expands to calls of functions compiled for a detected instruction set.

use crate::audio::BlockMut;
use crate::simd::vectorised;
use mixdown_fft::{Complex, ComplexToReal, RealPlanner, RealToComplex};
use std::sync::Arc;

/// Parts of the filter, each as long as a block.
pub(super) const BLOCKS: usize = 8;

/// Spectrum of a block: real and imaginary parts apart, for vectors.
#[derive(Clone, Debug)]
struct Spectrum {
    re: Vec<f32>,
    im: Vec<f32>,
}

impl Spectrum {
    fn new(bins: usize) -> Self {
        Self { re: vec![0.0; bins], im: vec![0.0; bins] }
    }

    fn fill(&mut self, bins: &[Complex<f32>]) {
        for ((re, im), bin) in self.re.iter_mut().zip(&mut self.im).zip(bins) {
            (*re, *im) = (bin.re, bin.im);
        }
    }

    fn clear(&mut self) {
        self.re.fill(0.0);
        self.im.fill(0.0);
    }
}

/// Filters all channels with one symmetric filter, or only delays them.
///
/// Input is collected up to a block, so that the result does not depend on the blocks of the
/// caller.
pub(super) struct Convolver {
    /// Frames of a block.
    block: usize,
    transforms: Transforms,
    /// Parts of the filter, the first taps first; none where the input is only delayed.
    filter: Vec<Spectrum>,
    channels: Vec<Channel>,
    /// Frames of the current block so far.
    filled: usize,
}

/// Plans, and memory that they need.
struct Transforms {
    forward: Arc<dyn RealToComplex<f32>>,
    inverse: Arc<dyn ComplexToReal<f32>>,
    samples: Vec<f32>,
    bins: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    sum: Spectrum,
}

#[derive(Clone, Debug)]
struct Channel {
    /// The last `BLOCKS` + 1 whole blocks of input, then the current one.
    past: Vec<f32>,
    /// Spectra of each two neighbouring blocks of input, in a ring; the newest is `newest`.
    spectra: Vec<Spectrum>,
    newest: usize,
    /// Output of the block before.
    ready: Vec<f32>,
}

impl Convolver {
    /// Creates a convolver for at most [`BLOCKS`] · `block` − 1 taps. Control thread; allocates.
    pub(super) fn new(taps: Option<&[f32]>, block: usize, channels: usize) -> Self {
        let mut transforms = Transforms::new(block);
        let filter = taps.map_or_else(Vec::new, |taps| {
            (0..BLOCKS)
                .map(|part| {
                    let taps = taps.get(part * block..).unwrap_or(&[]);
                    let taps = &taps[..taps.len().min(block)];
                    let mut spectrum = Spectrum::new(block + 1);
                    transforms.samples.fill(0.0);
                    transforms.samples[..taps.len()].copy_from_slice(taps);
                    transforms.forward(&mut spectrum);
                    spectrum
                })
                .collect()
        });
        let channel = Channel {
            past: vec![0.0; (BLOCKS + 2) * block],
            spectra: vec![Spectrum::new(block + 1); BLOCKS],
            newest: 0,
            ready: vec![0.0; block],
        };
        Self { block, transforms, filter, channels: vec![channel; channels], filled: 0 }
    }

    /// Returns the delay: a block, and half of the filter.
    pub(super) fn latency(&self) -> usize {
        self.block + BLOCKS / 2 * self.block - 1
    }

    pub(super) fn reset(&mut self) {
        for channel in &mut self.channels {
            channel.past.fill(0.0);
            channel.ready.fill(0.0);
            channel.spectra.iter_mut().for_each(Spectrum::clear);
        }
        self.filled = 0;
    }

    /// Filters a block of any length in place.
    pub(super) fn process(&mut self, block: &mut BlockMut<'_>) {
        let (mut done, start) = (0, (BLOCKS + 1) * self.block);
        while done < block.frames() {
            let frames = (self.block - self.filled).min(block.frames() - done);
            let (from, to) = (self.filled, self.filled + frames);
            let delayed = start + from - self.latency();
            for (index, channel) in self.channels.iter_mut().enumerate() {
                let samples = &mut block.channel_mut(index)[done..done + frames];
                channel.past[start + from..start + to].copy_from_slice(samples);
                let output = if self.filter.is_empty() {
                    &channel.past[delayed..delayed + frames]
                } else {
                    &channel.ready[from..to]
                };
                samples.copy_from_slice(output);
            }
            (self.filled, done) = (to, done + frames);
            if self.filled == self.block {
                self.filled = 0;
                self.turn();
            }
        }
    }

    /// Filters the block that is whole now.
    fn turn(&mut self) {
        let Self { block, transforms, filter, channels, .. } = self;
        for channel in channels {
            if !filter.is_empty() {
                channel.newest = (channel.newest + 1) % BLOCKS;
                transforms.spectrum_at(&channel.past, BLOCKS * *block, &mut channel.spectra[channel.newest]);
                transforms.convolve(filter, channel);
            }
            channel.past.copy_within(*block.., 0);
        }
    }

    /// Continues from the input of one with the same blocks and channels. Audio thread: no
    /// allocation.
    pub(super) fn inherit_state(&mut self, old: &Self) {
        if self.block != old.block {
            return;
        }
        self.filled = old.filled;
        let Self { block, transforms, filter, channels, .. } = self;
        for (channel, old) in channels.iter_mut().zip(&old.channels) {
            channel.past.copy_from_slice(&old.past);
            if filter.is_empty() {
                continue;
            }
            channel.newest = BLOCKS - 1;
            for (index, spectrum) in channel.spectra.iter_mut().enumerate() {
                transforms.spectrum_at(&channel.past, index * *block, spectrum);
            }
            transforms.convolve(filter, channel);
        }
    }
}

impl Transforms {
    fn new(block: usize) -> Self {
        let mut planner = RealPlanner::new();
        let (forward, inverse) = (planner.forward(2 * block), planner.inverse(2 * block));
        let scratch = forward.get_scratch_len().max(inverse.get_scratch_len());
        let zero = Complex::new(0.0, 0.0);
        Self {
            samples: vec![0.0; 2 * block],
            bins: vec![zero; block + 1],
            scratch: vec![zero; scratch],
            sum: Spectrum::new(block + 1),
            forward,
            inverse,
        }
    }

    /// Transforms the samples.
    fn forward(&mut self, spectrum: &mut Spectrum) {
        let scratch = &mut self.scratch[..self.forward.get_scratch_len()];
        // The shapes are those of the plan.
        let _ = self.forward.process_with_scratch(&mut self.samples, &mut self.bins, scratch);
        spectrum.fill(&self.bins);
    }

    /// Transforms the two blocks of input that begin at `at`.
    fn spectrum_at(&mut self, past: &[f32], at: usize, spectrum: &mut Spectrum) {
        let frames = self.samples.len();
        self.samples.copy_from_slice(&past[at..at + frames]);
        self.forward(spectrum);
    }

    /// Writes the output of the newest block.
    fn convolve(&mut self, filter: &[Spectrum], channel: &mut Channel) {
        self.sum.clear();
        for (part, taps) in filter.iter().enumerate() {
            let input = &channel.spectra[(channel.newest + BLOCKS - part) % BLOCKS];
            add_product(&taps.re, &taps.im, &input.re, &input.im, &mut self.sum.re, &mut self.sum.im);
        }
        let last = self.bins.len() - 1;
        for (bin, (re, im)) in self.bins.iter_mut().zip(self.sum.re.iter().zip(&self.sum.im)) {
            *bin = Complex::new(*re, *im);
        }
        (self.bins[0].im, self.bins[last].im) = (0.0, 0.0);
        let scratch = &mut self.scratch[..self.inverse.get_scratch_len()];
        // The shapes are those of the plan, and the ends of the spectrum are real.
        let _ = self.inverse.process_with_scratch(&mut self.bins, &mut self.samples, scratch);
        // The first half is the end of a longer convolution, folded back.
        let scale = 1.0 / self.samples.len() as f32;
        for (ready, sample) in channel.ready.iter_mut().zip(&self.samples[last..]) {
            *ready = sample * scale;
        }
    }
}

vectorised! {
    /// Adds the product of two spectra to a third.
    fn add_product(a_re: &[f32], a_im: &[f32], b_re: &[f32], b_im: &[f32], sum_re: &mut [f32], sum_im: &mut [f32]) {
        let bins = a_re.iter().zip(a_im).zip(b_re.iter().zip(b_im));
        for (((a_re, a_im), (b_re, b_im)), (re, im)) in bins.zip(sum_re.iter_mut().zip(sum_im)) {
            *re += a_re * b_re - a_im * b_im;
            *im += a_re * b_im + a_im * b_re;
        }
    }
}
