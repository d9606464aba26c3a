//! Overlapping windowed transforms of a stream: the power in each bin, averaged over the channels.
#![allow(unsafe_code)] // `multiversion` expands to calls of functions compiled for a detected instruction set.

use crate::audio::Block;
use crate::meter::finite;
use crate::simd::vectorised;
use dasp::window::{Hanning, Window};
use mixdown_fft::Complex;
use mixdown_fft::{Fft, complex_forward};
use std::sync::Arc;

/// Cuts a stream into Hann windows that overlap by half, and computes the power of each bin. It is
/// scaled so that a full-scale sine has 1 in all its bins together.
///
/// Two channels pass through one complex transform as real and imaginary part. The powers of a bin
/// and of its twin of negative frequency then add up to twice those of both channels. Only that sum
/// is needed, so the channels are never separated.
#[derive(Clone)]
pub(super) struct PowerFrames {
    transform: Arc<dyn Fft<f32>>,
    window: Vec<f32>,
    /// Running window of each channel, `filled` samples of it.
    samples: Vec<Vec<f32>>,
    filled: usize,
    spectrum: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    power: Vec<f64>,
    /// Factor from |X|² to power.
    scale: f64,
    lead: usize,
    /// New samples in the running window.
    new_samples: usize,
}

impl PowerFrames {
    /// Creates windows of `length` (even) frames. With `centred`, the first window is centred on
    /// the first frame, silence before it.
    pub(super) fn new(channels: usize, length: usize, centred: bool) -> Self {
        let transform = complex_forward(length);
        let window: Vec<f64> =
            (0..length).map(|index| <Hanning as Window<f64>>::window(index as f64 / length as f64)).collect();
        let energy: f64 = window.iter().map(|w| w * w).sum();
        let lead = if centred { length / 2 } else { 0 };
        Self {
            window: window.iter().map(|w| *w as f32).collect(),
            samples: vec![vec![0.0; length]; channels],
            filled: lead,
            spectrum: vec![Complex::default(); length],
            scratch: vec![Complex::default(); transform.get_inplace_scratch_len()],
            power: vec![0.0; length / 2 + 1],
            // Parseval: Σ|X|² = length·energy·mean square, over both halves of the spectrum; ×2 as
            // a sine has a mean square of ½.
            scale: 2.0 / (length as f64 * energy * channels.max(1) as f64),
            transform,
            lead,
            new_samples: 0,
        }
    }

    /// Returns the frames from one window to the next.
    pub(super) fn hop(&self) -> usize {
        self.window.len() / 2
    }

    /// Returns the number of bins of a transform, 0 Hz and Nyquist included.
    pub(super) fn bins(&self) -> usize {
        self.power.len()
    }

    /// Forgets all input.
    pub(super) fn reset(&mut self) {
        (self.filled, self.new_samples) = (self.lead, 0);
        self.samples.iter_mut().for_each(|samples| samples.fill(0.0));
    }

    /// Appends a block with the number of channels given at creation. Calls `on_window` with the
    /// power of every window that it completes.
    pub(super) fn push(&mut self, block: &Block<'_>, mut on_window: impl FnMut(&[f64])) {
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
            self.new_samples += frames;
            done += frames;
            if self.filled == self.window.len() {
                on_window(self.transform());
                self.advance();
            }
        }
    }

    /// Calls `on_window` with the power of the running window, silence after it, if it contains new
    /// samples.
    pub(super) fn finish(&mut self, on_window: impl FnOnce(&[f64])) {
        if self.new_samples > 0 {
            for samples in &mut self.samples {
                samples[self.filled..].fill(0.0);
            }
            on_window(self.transform());
            self.new_samples = 0;
        }
    }

    fn transform(&mut self) -> &[f64] {
        let Self { spectrum, power, samples, window, scale, .. } = self;
        power.fill(0.0);
        for pair in samples.chunks(2) {
            match pair {
                [left, right] => window_pair(spectrum, left, right, window),
                alone => window_alone(spectrum, alone.iter().flatten(), window),
            }
            self.transform.process_with_scratch(spectrum, &mut self.scratch);
            add_powers(power, spectrum, *scale);
        }
        power
    }

    fn advance(&mut self) {
        let hop = self.hop();
        for samples in &mut self.samples {
            samples.copy_within(hop.., 0);
        }
        self.filled = self.window.len() - hop;
        self.new_samples = 0;
    }
}

vectorised! {
    /// Writes two channels under the window: real and imaginary part.
    fn window_pair(out: &mut [Complex<f32>], left: &[f32], right: &[f32], window: &[f32]) {
        for (((out, left), right), weight) in out.iter_mut().zip(left).zip(right).zip(window) {
            *out = Complex::new(left * weight, right * weight);
        }
    }
}

/// Writes one channel under the window.
fn window_alone<'a>(out: &mut [Complex<f32>], samples: impl Iterator<Item = &'a f32>, window: &[f32]) {
    for ((out, sample), weight) in out.iter_mut().zip(samples).zip(window) {
        *out = Complex::new(sample * weight, 0.0);
    }
}

vectorised! {
    /// Adds the scaled power of each bin and of its twin of negative frequency; 0 Hz and Nyquist
    /// have none.
    fn add_powers(powers: &mut [f64], spectrum: &[Complex<f32>], scale: f64) {
        let power = |bin: &Complex<f32>| {
            let (re, im) = (f64::from(bin.re), f64::from(bin.im));
            (re * re + im * im) * scale
        };
        let (first, last) = (0, powers.len() - 1);
        powers[first] += power(&spectrum[first]);
        powers[last] += power(&spectrum[last]);
        let twins = spectrum[first + 1..last].iter().zip(spectrum[last + 1..].iter().rev());
        for (total, (bin, twin)) in powers[first + 1..last].iter_mut().zip(twins) {
            *total += power(bin) + power(twin);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::twin::assert_same_bits;
    use mixdown_fixtures::signals::{pink_noise, white_noise};

    #[test]
    fn kernels_over_bins_equal_their_plain_twins() {
        const LENGTH: usize = 1_006;
        let (left, right, window) =
            (white_noise(1, 0.5, LENGTH), pink_noise(2, 0.3, LENGTH), white_noise(3, 1.0, LENGTH));
        let mut spectrum = vec![Complex::default(); LENGTH];
        window_pair(&mut spectrum, &left, &right, &window);
        let found: Vec<[f32; 2]> = spectrum.iter().map(|bin| [bin.re, bin.im]).collect();
        let expected: Vec<_> = (0..LENGTH).map(|n| [left[n] * window[n], right[n] * window[n]]).collect();
        assert_same_bits("analysis/power_frames: window_pair", &found, &expected);
        let mut powers = vec![0.25; LENGTH / 2 + 1];
        add_powers(&mut powers, &spectrum, 0.7);
        let power = |bin: Complex<f32>| (f64::from(bin.re).powi(2) + f64::from(bin.im).powi(2)) * 0.7;
        let total = |n: usize| {
            let twin = (n > 0 && n < LENGTH / 2).then(|| power(spectrum[LENGTH - n]));
            0.25 + twin.map_or(power(spectrum[n]), |twin| power(spectrum[n]) + twin)
        };
        let expected: Vec<f64> = (0..=LENGTH / 2).map(total).collect();
        assert_same_bits("analysis/power_frames: add_powers", &powers, &expected);
    }

    #[test]
    fn a_shared_transform_gives_the_mean_power() {
        let signals = [white_noise(1, 0.5, 4_096), pink_noise(2, 0.3, 4_096)];
        let powers = |channels: &[Vec<f32>]| {
            let mut frames = PowerFrames::new(channels.len(), 1_024, false);
            let mut all = Vec::new();
            frames.push(&crate::audio::AudioBuffer::from_channels(channels).block(), |power| {
                all.extend_from_slice(power);
            });
            all
        };
        let (both, left, right) = (powers(&signals), powers(&signals[..1]), powers(&signals[1..]));
        assert_eq!(both.len(), 7 * 513);
        for ((both, left), right) in both.iter().zip(left).zip(right) {
            // Sums of a thousand terms in f32, against noise of 2e-4 a bin.
            assert!((both - f64::midpoint(left, right)).abs() < 1e-8, "{both}, {left}, {right}");
        }
    }
}
