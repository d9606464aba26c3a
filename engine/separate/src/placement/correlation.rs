//! Cross-correlation of two streams at every delay up to a limit, without holding either.

use mixdown_fft::{Complex, RealPlanner, RealToComplex};
use std::sync::Arc;

/// Largest delay either way, in frames.
const MAX_DELAY: usize = 32_768;
/// Frames of the song per transform.
const BLOCK: usize = 2 * MAX_DELAY;
/// Length of a transform: no product of a block wraps around.
const LENGTH: usize = BLOCK + 2 * MAX_DELAY;
/// Share of the peak that rounding can hide: of delays within it, the smallest counts. A sine of 50
/// Hz at 44.1 kHz loses ten times as much at a delay of one frame.
const ROUNDING: f64 = 2e-6;

/// The delay at which two streams are most alike.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Peak {
    /// Frames by which the second stream is late.
    pub(crate) delay: i64,
    /// Correlation there, 0 to 1; its sign is left out.
    pub(crate) correlation: f64,
}

/// Correlates pairs of streams, fed in step; the correlations of all pairs are summed.
pub(crate) struct Correlator {
    forward: Arc<dyn RealToComplex<f32>>,
    planner: RealPlanner,
    scratch: Vec<Complex<f32>>,
    /// Per pair: samples that are not yet correlated. The second stream begins `MAX_DELAY` earlier.
    waiting: Vec<[Vec<f32>; 2]>,
    products: Vec<Complex<f64>>,
    energies: [f64; 2],
}

impl Correlator {
    /// Creates the correlator of this many pairs.
    pub(crate) fn new(pairs: usize) -> Self {
        let mut planner = RealPlanner::new();
        let forward = planner.forward(LENGTH);
        Self {
            scratch: vec![Complex::default(); forward.get_scratch_len()],
            forward,
            planner,
            waiting: (0..pairs).map(|_| [Vec::new(), vec![0.0; MAX_DELAY]]).collect(),
            products: vec![Complex::default(); LENGTH / 2 + 1],
            energies: [0.0; 2],
        }
    }

    /// Appends equally many samples to both streams of a pair.
    pub(crate) fn push(&mut self, pair: usize, samples: [&[f32]; 2]) {
        for ((waiting, samples), energy) in self.waiting[pair].iter_mut().zip(samples).zip(&mut self.energies) {
            waiting.extend_from_slice(samples);
            *energy += samples.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>();
        }
        while self.waiting[pair][0].len() >= BLOCK + MAX_DELAY {
            self.correlate(pair);
        }
    }

    /// Adds the products of the next block of a pair.
    fn correlate(&mut self, pair: usize) {
        let [one, other] = &mut self.waiting[pair];
        let mut block = vec![0.0; LENGTH];
        block[..BLOCK].copy_from_slice(&one[..BLOCK]);
        let mut window = other[..LENGTH].to_vec();
        one.drain(..BLOCK);
        other.drain(..BLOCK);
        let mut spectrum = |samples: &mut [f32]| {
            let mut bins = vec![Complex::default(); LENGTH / 2 + 1];
            // The lengths are those of the plan, so the transform cannot refuse them.
            let _ = self.forward.process_with_scratch(samples, &mut bins, &mut self.scratch);
            bins
        };
        let (block, window) = (spectrum(&mut block), spectrum(&mut window));
        for ((sum, one), other) in self.products.iter_mut().zip(&block).zip(&window) {
            let product = one.conj() * other;
            sum.re += f64::from(product.re);
            sum.im += f64::from(product.im);
        }
    }

    /// Returns the peak. Without sound in one of the streams, that is a correlation of 0.
    pub(crate) fn finish(mut self) -> Peak {
        // Silence after the end, long enough for all that waits.
        let silence = vec![0.0; 2 * BLOCK];
        for pair in 0..self.waiting.len() {
            self.push(pair, [&silence, &silence]);
        }
        let energy = (self.energies[0] * self.energies[1]).sqrt();
        if energy.partial_cmp(&0.0) != Some(std::cmp::Ordering::Greater) {
            return Peak { delay: 0, correlation: 0.0 };
        }
        let mut bins: Vec<Complex<f32>> = self.products.iter().map(|bin| normal(*bin, energy)).collect();
        let last = bins.len() - 1;
        (bins[0].im, bins[last].im) = (0.0, 0.0);
        let mut lags = vec![0.0; LENGTH];
        // The lengths are those of the plan, so the transform cannot refuse them.
        let _ = self.planner.inverse(LENGTH).process(&mut bins, &mut lags);
        let at = |delay: i64| f64::from(lags[(delay + MAX_DELAY as i64) as usize]).abs() / LENGTH as f64;
        let delays = || -(MAX_DELAY as i64)..=MAX_DELAY as i64;
        let peak = delays().map(at).fold(0.0, f64::max);
        let delay = delays().filter(|delay| at(*delay) >= peak * (1.0 - ROUNDING)).min_by_key(|delay| delay.abs());
        Peak { delay: delay.unwrap_or(0), correlation: peak.min(1.0) }
    }
}

fn normal(bin: Complex<f64>, energy: f64) -> Complex<f32> {
    Complex::new((bin.re / energy) as f32, (bin.im / energy) as f32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use mixdown_fixtures::signals;

    fn peak(song: &[f32], stems: &[f32], step: usize) -> Peak {
        let mut correlator = Correlator::new(1);
        for (one, other) in song.chunks(step).zip(stems.chunks(step)) {
            correlator.push(0, [one, other]);
        }
        correlator.finish()
    }

    fn delayed(samples: &[f32], delay: i64, factor: f32) -> Vec<f32> {
        let at =
            |n: usize| usize::try_from(n as i64 - delay).ok().and_then(|at| samples.get(at)).copied().unwrap_or(0.0);
        (0..samples.len()).map(|n| factor * at(n)).collect()
    }

    #[test]
    fn delays_are_found_to_the_frame_at_any_length_sign_and_level() {
        for frames in [3_000, 65_536, 98_304, 98_305, 250_000] {
            let song = signals::pink_noise(5, 0.1, frames);
            for delay in [0, 1, -1, 529, -1_105, 2_000] {
                let found = peak(&song, &delayed(&song, delay, -0.25), 16_384);
                assert_eq!(found.delay, delay, "{frames} frames");
                assert!(found.correlation > 0.5, "{frames} frames, {delay}: {found:?}");
            }
        }
        let song = signals::pink_noise(5, 0.1, 250_000);
        for delay in [32_768, -32_768] {
            assert_eq!(peak(&song, &delayed(&song, delay, 1.0), 999).delay, delay);
        }
    }

    #[test]
    fn a_tone_of_whole_periods_is_not_moved() {
        let tone = signals::sine(44_100.0, 441.0, 0.5, 0.0, 200_000);
        assert_eq!(peak(&tone, &tone, 16_384).delay, 0);
        let low = signals::sine(44_100.0, 50.0, 0.5, 0.0, 200_000);
        assert_eq!(peak(&low, &low, 16_384).delay, 0);
    }

    #[test]
    fn silence_and_other_sound_have_no_peak() {
        let song = signals::white_noise(1, 0.5, 100_000);
        assert_eq!(peak(&song, &vec![0.0; 100_000], 16_384), Peak { delay: 0, correlation: 0.0 });
        assert!(peak(&song, &signals::white_noise(2, 0.5, 100_000), 16_384).correlation < 0.05);
    }
}
