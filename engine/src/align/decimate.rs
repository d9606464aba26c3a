//! A stem at a fraction of its rate: enough to find an offset roughly, for a fraction of the work.

use super::features::StemFeatures;
use std::f64::consts::PI;

/// The least rate after decimation, in hertz: half of it still carries most of what an instrument says.
const LEAST_HZ: f64 = 5_000.0;
/// Taps on each side of the middle, in frames of the decimated rate.
const REACH: usize = 6;
/// The edge of the low-pass, in the decimated rate.
const EDGE: f64 = 0.42;

/// A low-pass and the frames that it keeps.
pub(super) struct Decimator {
    factor: usize,
    taps: Vec<f32>,
}

impl Decimator {
    /// For stems at `rate_hz`: the largest power of two that leaves at least 5 kHz.
    pub(super) fn new(rate_hz: f64) -> Self {
        let mut factor = 1;
        while rate_hz / (2 * factor) as f64 >= LEAST_HZ {
            factor *= 2;
        }
        let half = if factor == 1 { 0 } else { (REACH * factor) as i64 };
        let raw: Vec<f64> = (-half..=half)
            .map(|n| {
                let x = 2.0 * EDGE * n as f64 / factor as f64;
                let sinc = if n == 0 { 1.0 } else { (PI * x).sin() / (PI * x) };
                sinc * (0.5 + 0.5 * (PI * n as f64 / (half + 1) as f64).cos())
            })
            .collect();
        let sum: f64 = raw.iter().sum();
        Self { factor, taps: raw.into_iter().map(|tap| (tap / sum) as f32).collect() }
    }

    /// Frames of the stem in one decimated frame.
    pub(super) fn factor(&self) -> usize {
        self.factor
    }

    /// `count` decimated frames from decimated frame `start` on; silence outside the stem.
    pub(super) fn read(&self, stem: &StemFeatures, start: i64, count: usize) -> Vec<f32> {
        const AT_ONCE: usize = 16_384;
        let (factor, half) = (self.factor, (self.taps.len() / 2) as i64);
        let mut out = Vec::with_capacity(count);
        let mut buffer = Vec::new();
        while out.len() < count {
            let part = AT_ONCE.min(count - out.len());
            buffer.resize((part - 1) * factor + self.taps.len(), 0.0);
            stem.read((start + out.len() as i64) * factor as i64 - half, &mut buffer);
            out.extend((0..part).map(|n| dot(&buffer[n * factor..][..self.taps.len()], &self.taps)));
        }
        out
    }
}

/// The sum of products, in eight lanes.
pub(super) fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0_f32; 8];
    let (a8, a_rest) = a.as_chunks::<8>();
    let (b8, b_rest) = b.as_chunks::<8>();
    for (a, b) in a8.iter().zip(b8) {
        for ((lane, a), b) in lanes.iter_mut().zip(a).zip(b) {
            *lane += a * b;
        }
    }
    lanes.iter().sum::<f32>() + a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum::<f32>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::Block;
    use crate::process::Tap;
    use crate::units::SampleRate;
    use mixdown_fixtures::signals;

    #[test]
    fn a_low_tone_stays_in_time_and_a_high_one_goes() {
        let tone = |hz| {
            let mut stem = StemFeatures::new(SampleRate::new(44_100).unwrap(), 1 << 20);
            stem.observe(&Block::mono(&signals::sine(44_100.0, hz, 0.5, 0.0, 44_100)));
            stem
        };
        let decimator = Decimator::new(44_100.0);
        assert_eq!(decimator.factor(), 8);
        let low = decimator.read(&tone(500.0), 100, 50);
        let expected = signals::sine(44_100.0 / 8.0, 500.0, 0.5, 0.0, 150);
        // The window ripples by less than 0.02 in the pass band.
        assert!(low.iter().zip(&expected[100..]).all(|(x, y)| (x - y).abs() < 0.02));
        assert!(decimator.read(&tone(4_000.0), 100, 50).iter().all(|x| x.abs() < 0.005));
    }
}
