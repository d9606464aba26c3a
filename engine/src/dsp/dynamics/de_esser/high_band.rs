//! High band in linear phase: the delayed signal minus a windowed-sinc low-pass of it.

#![allow(unsafe_code)] // `multiversion` expands to calls of functions compiled for a detected instruction set.

use crate::audio::{Block, BlockMut};
use crate::dsp::dynamics::gain_stage::CHUNK;
use crate::dsp::dynamics::windowed_sinc::windowed_sinc;
use crate::process::ProcessSpec;
use crate::simd::vectorised;

/// Periods of the crossover that the filter spans to each side: with [`BETA`], the stop band ends
/// at 0.46 of the crossover, and the pass band begins at 1.54 of it.
const PERIODS: f64 = 2.0;

/// Kaiser β for a stop band 70 dB down: 0.1102·(70 − 8.7).
const BETA: f64 = 6.755;

/// Symmetric filter and its input. At the crossover it is 6 dB down; with the low band it sums to
/// the delayed input.
#[derive(Clone, Debug)]
pub(super) struct HighBand {
    /// Tap of the centre, then those at 1, 2, … frames to both sides of it.
    taps: Vec<f64>,
    delay: usize,
    /// The last 2 × `delay` samples of a channel, then its chunk.
    inputs: Vec<Vec<f64>>,
    sums: Box<[f64; CHUNK]>,
}

impl HighBand {
    /// Builds the filter, with the delay that the lowest crossover needs.
    pub(super) fn new(frequency_hz: f64, lowest_hz: f64, spec: &ProcessSpec) -> Self {
        let span = |hz: f64| PERIODS * spec.sample_rate.as_f64() / hz;
        let delay = span(lowest_hz).ceil() as usize;
        Self {
            taps: taps(span(frequency_hz) as usize, 2.0 * frequency_hz / spec.sample_rate.as_f64()),
            delay,
            inputs: vec![vec![0.0; 2 * delay + CHUNK]; spec.channels],
            sums: Box::new([0.0; CHUNK]),
        }
    }

    /// Returns the delay of the band, in frames.
    pub(super) fn delay(&self) -> usize {
        self.delay
    }

    pub(super) fn reset(&mut self) {
        self.inputs.iter_mut().for_each(|input| input.fill(0.0));
    }

    /// Continues from the input of another filter of the same sample rate.
    pub(super) fn inherit_state(&mut self, old: &Self) {
        self.inputs.iter_mut().zip(&old.inputs).for_each(|(input, old)| input.copy_from_slice(old));
    }

    /// Writes the high band of a chunk.
    pub(super) fn process(&mut self, block: &Block<'_>, high: &mut BlockMut<'_>) {
        let (frames, held) = (block.frames(), 2 * self.delay);
        let sums = &mut self.sums[..frames];
        for (channel, input) in self.inputs.iter_mut().enumerate() {
            for (wide, sample) in input[held..].iter_mut().zip(block.channel(channel)) {
                *wide = f64::from(*sample);
            }
            filter(&self.taps, input, self.delay, sums);
            for (high, sum) in high.channel_mut(channel).iter_mut().zip(&*sums) {
                *high = *sum as f32;
            }
            input.copy_within(frames..frames + held, 0);
        }
    }
}

/// Designs the filter: its centre, and `span` taps to each side. `cycles` is the crossover as a
/// share of Nyquist. The low-pass has a gain of exactly 1 at 0 Hz, the high band thus of 0.
fn taps(span: usize, cycles: f64) -> Vec<f64> {
    let half_width = (span + 1) as f64 * cycles;
    let low: Vec<f64> = (0..=span).map(|tap| windowed_sinc(tap as f64 * cycles, half_width, BETA)).collect();
    let sum = low[0] + 2.0 * low[1..].iter().sum::<f64>();
    low.iter().enumerate().map(|(tap, low)| if tap == 0 { 1.0 - low / sum } else { -low / sum }).collect()
}

vectorised! {
    /// Writes the sum over all taps for each frame, from the centre outwards. `input` begins
    /// `delay` frames before the first centre.
    fn filter(taps: &[f64], input: &[f64], delay: usize, sums: &mut [f64]) {
        let frames = sums.len();
        for (sum, sample) in sums.iter_mut().zip(&input[delay..]) {
            *sum = taps[0] * sample;
        }
        for (distance, tap) in taps.iter().enumerate().skip(1) {
            let (before, after) = (&input[delay - distance..][..frames], &input[delay + distance..][..frames]);
            for ((sum, before), after) in sums.iter_mut().zip(before).zip(after) {
                *sum += tap * (before + after);
            }
        }
    }
}

vectorised! {
    /// Adds (gain − 1) times the high band. Where the gain is 1, not even the sign of a zero
    /// changes.
    pub(super) fn turn_down(samples: &mut [f32], high: &[f32], gains: &[f64]) {
        for ((sample, high), gain) in samples.iter_mut().zip(high).zip(gains) {
            let turned_down = (f64::from(*sample) + (gain - 1.0) * f64::from(*high)) as f32;
            *sample = if *gain < 1.0 { turned_down } else { *sample };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::PI;

    /// Returns the response at a frequency as a share of Nyquist, relative to the delayed input:
    /// real, as the filter is symmetric.
    fn response(taps: &[f64], frequency: f64) -> f64 {
        let pairs = taps.iter().enumerate().skip(1);
        taps[0] + pairs.map(|(distance, tap)| 2.0 * tap * (PI * frequency * distance as f64).cos()).sum::<f64>()
    }

    #[test]
    fn the_band_is_half_at_the_crossover_and_flat_beyond_the_transition() {
        for rate_hz in [44_100.0, 48_000.0, 192_000.0] {
            for crossover_hz in [2_000.0, 5_500.0, 9_000.0] {
                let taps = taps((PERIODS * rate_hz / crossover_hz) as usize, 2.0 * crossover_hz / rate_hz);
                let at = |hz: f64| response(&taps, 2.0 * hz / rate_hz);
                assert!((at(crossover_hz) - 0.5).abs() < 0.01, "{crossover_hz} Hz at {rate_hz}: {}", at(crossover_hz));
                assert!(at(0.0).abs() < 1e-14);
                for step in 0..=100 {
                    // 70 dB are 3.2e-4; with few taps it is a little more.
                    let below = at(0.46 * crossover_hz * f64::from(step) / 100.0);
                    assert!(below.abs() < 5e-4, "{crossover_hz} Hz at {rate_hz}: {below}");
                    let from = 1.54 * crossover_hz;
                    let above = at(from + (rate_hz / 2.0 - from) * f64::from(step) / 100.0);
                    assert!((above - 1.0).abs() < 5e-4, "{crossover_hz} Hz at {rate_hz}: {above}");
                }
            }
        }
    }
}
