//! Overlapping windowed transforms of a stream: the power in each bin, averaged over the channels.

use crate::audio::Block;
use crate::meter::finite;
use dasp::window::{Hanning, Window};
use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};
use std::sync::Arc;

/// Cuts a stream into Hann windows that overlap by half and gives the power of each bin, scaled so that a full-scale sine
/// has 1 in all its bins together.
#[derive(Clone)]
pub(super) struct PowerFrames {
    transform: Arc<dyn RealToComplex<f32>>,
    window: Vec<f32>,
    /// The running window of each channel, `filled` samples of it.
    samples: Vec<Vec<f32>>,
    filled: usize,
    windowed: Vec<f32>,
    spectrum: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    power: Vec<f64>,
    /// From |X|² summed over channels to power.
    scale: f64,
    lead: usize,
    /// New samples in the running window.
    fresh: usize,
}

impl PowerFrames {
    /// Windows of `length` (even) frames. With `centred`, the first window is centred on the first frame, silence before it.
    pub(super) fn new(channels: usize, length: usize, centred: bool) -> Self {
        let transform = RealFftPlanner::new().plan_fft_forward(length);
        let window: Vec<f64> =
            (0..length).map(|index| <Hanning as Window<f64>>::window(index as f64 / length as f64)).collect();
        let energy: f64 = window.iter().map(|w| w * w).sum();
        let lead = if centred { length / 2 } else { 0 };
        Self {
            window: window.iter().map(|w| *w as f32).collect(),
            samples: vec![vec![0.0; length]; channels],
            filled: lead,
            windowed: transform.make_input_vec(),
            spectrum: transform.make_output_vec(),
            scratch: transform.make_scratch_vec(),
            power: vec![0.0; length / 2 + 1],
            // Parseval: Σ|X|² = length·energy·mean square; ×2 for the bins of negative frequency, ×2 as a sine has a mean square of ½.
            scale: 4.0 / (length as f64 * energy * channels.max(1) as f64),
            transform,
            lead,
            fresh: 0,
        }
    }

    /// Frames from one window to the next.
    pub(super) fn hop(&self) -> usize {
        self.window.len() / 2
    }

    /// Bins of a transform, 0 Hz and Nyquist included.
    pub(super) fn bins(&self) -> usize {
        self.power.len()
    }

    /// Forgets all input.
    pub(super) fn reset(&mut self) {
        (self.filled, self.fresh) = (self.lead, 0);
        self.samples.iter_mut().for_each(|samples| samples.fill(0.0));
    }

    /// Takes in a block of as many channels as it was built for and shows the power of every window that it completes.
    pub(super) fn push(&mut self, block: &Block<'_>, mut show: impl FnMut(&[f64])) {
        let mut done = 0;
        while done < block.frames() {
            let frames = (self.window.len() - self.filled).min(block.frames() - done);
            for (index, samples) in self.samples.iter_mut().enumerate() {
                let input = &block.channel(index)[done..done + frames];
                for (sample, x) in samples[self.filled..].iter_mut().zip(input) {
                    *sample = finite(*x);
                }
            }
            self.filled += frames;
            self.fresh += frames;
            done += frames;
            if self.filled == self.window.len() {
                show(self.transform());
                self.advance();
            }
        }
    }

    /// Shows the power of the running window, silence after it, if there is anything new in it.
    pub(super) fn finish(&mut self, show: impl FnOnce(&[f64])) {
        if self.fresh > 0 {
            for samples in &mut self.samples {
                samples[self.filled..].fill(0.0);
            }
            show(self.transform());
            self.fresh = 0;
        }
    }

    fn transform(&mut self) -> &[f64] {
        self.power.fill(0.0);
        for samples in &self.samples {
            for ((windowed, sample), weight) in self.windowed.iter_mut().zip(samples).zip(&self.window) {
                *windowed = sample * weight;
            }
            // The lengths come from the transform itself; an error would leave the last spectrum in place.
            let _ = self.transform.process_with_scratch(&mut self.windowed, &mut self.spectrum, &mut self.scratch);
            for (power, bin) in self.power.iter_mut().zip(&self.spectrum) {
                let (re, im) = (f64::from(bin.re), f64::from(bin.im));
                *power += (re * re + im * im) * self.scale;
            }
        }
        // 0 Hz and Nyquist have no twin of negative frequency.
        let last = self.power.len() - 1;
        self.power[0] /= 2.0;
        self.power[last] /= 2.0;
        &self.power
    }

    fn advance(&mut self) {
        let hop = self.hop();
        for samples in &mut self.samples {
            samples.copy_within(hop.., 0);
        }
        self.filled = self.window.len() - hop;
        self.fresh = 0;
    }
}
