//! Correlation of left and right: +1 for mono, 0 for unrelated, −1 for opposite polarity.

use super::lane_sums::LaneSums;
use crate::audio::Block;
use crate::process::Tap;

/// Measures Σlr / √(Σl²·Σr²) of the first two channels, without removing their means.
#[derive(Clone, Debug)]
pub struct CorrelationMeter {
    /// Σlr, Σl² and Σr².
    sums: LaneSums<3>,
}

impl Default for CorrelationMeter {
    fn default() -> Self {
        Self::new()
    }
}

impl CorrelationMeter {
    /// Creates a meter for the first two channels of any layout.
    pub fn new() -> Self {
        Self { sums: LaneSums::new() }
    }

    /// Forgets all input. Audio thread: no allocation.
    pub fn reset(&mut self) {
        *self = Self::new();
    }

    /// Returns the correlation so far, −1 to 1; `None` while a channel is silent, and for one
    /// channel.
    pub fn correlation(&self) -> Option<f64> {
        correlation(self.sums.totals())
    }
}

/// Returns the correlation from Σlr, Σl² and Σr²; `None` while a channel is silent.
pub(super) fn correlation([product, left, right]: [f64; 3]) -> Option<f64> {
    // Roots first: the product of two sums of very quiet samples would underflow.
    let scale = left.sqrt() * right.sqrt();
    (scale > 0.0).then(|| (product / scale).clamp(-1.0, 1.0))
}

impl Tap for CorrelationMeter {
    /// Observes the next block; a block of one channel is not counted. Audio thread: no allocation.
    fn observe(&mut self, block: &Block<'_>) {
        if block.channels() >= 2 {
            self.sums
                .add([block.channel(0), block.channel(1)], |[left, right]| [left * right, left * left, right * right]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::AudioBuffer;
    use mixdown_fixtures::signals::{sine, white_noise};
    use std::f64::consts::FRAC_PI_3;

    fn reading(left: Vec<f32>, right: Vec<f32>) -> Option<f64> {
        let mut meter = CorrelationMeter::new();
        meter.observe(&AudioBuffer::from_channels(&[left, right]).block());
        meter.correlation()
    }

    #[test]
    fn sines_a_phase_apart_read_its_cosine() {
        let with_phase = |phase| sine(48_000.0, 1_000.0, 0.5, phase, 48_000);
        // f32 rounding of the samples.
        assert!((reading(with_phase(0.0), with_phase(FRAC_PI_3)).unwrap() - 0.5).abs() < 1e-6);
        assert!((reading(with_phase(0.0), with_phase(3.0 * FRAC_PI_3)).unwrap() + 1.0).abs() < 1e-6);
    }

    #[test]
    fn equal_channels_read_one_at_any_balance() {
        let noise = white_noise(1, 0.5, 1_000);
        let quiet = noise.iter().map(|x| x * 1e-18).collect();
        assert!((reading(noise, quiet).unwrap() - 1.0).abs() < 1e-6);
    }

    #[test]
    fn silence_has_no_correlation() {
        assert_eq!(reading(vec![0.0; 10], vec![0.5; 10]), None);
        let mut meter = CorrelationMeter::new();
        meter.observe(&Block::mono(&[0.5; 10]));
        assert_eq!(meter.correlation(), None);
    }
}
