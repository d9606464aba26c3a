//! Averages of power behind an RMS detector.

use super::ballistics::smoothing_coefficient;
use super::detector::RMS_MS;
use crate::process::ProcessSpec;

/// Added to each mean, so that its logarithm is finite: far below audibility.
const FLOOR: f64 = 1e-40;

/// Running mean of squares.
#[derive(Clone, Debug)]
pub(super) enum MeanPower {
    /// Over a window that ends with the frame.
    Window(WindowMean),
    /// By a one-pole.
    Series(MeanSquare),
}

impl MeanPower {
    pub(super) fn reset(&mut self) {
        match self {
            Self::Window(window) => window.reset(),
            Self::Series(mean) => mean.mean = 0.0,
        }
    }

    /// Continues from the state of another one of its kind.
    pub(super) fn inherit_state(&mut self, old: &Self) {
        match (self, old) {
            (Self::Window(window), Self::Window(old)) => window.inherit_state(old),
            (Self::Series(mean), Self::Series(old)) => mean.mean = old.mean,
            _ => {}
        }
    }

    /// Turns powers into their running mean, in place.
    pub(super) fn process(&mut self, powers: &mut [f64]) {
        match self {
            Self::Window(window) => window.process(powers),
            Self::Series(mean) => mean.process(powers),
        }
    }
}

/// One-pole mean of squares over [`RMS_MS`]: a sine of amplitude 1 reads ½ (−3.01 dB).
#[derive(Clone, Debug)]
pub(super) struct MeanSquare {
    keep: f64,
    mean: f64,
}

impl MeanSquare {
    pub(super) fn new(spec: &ProcessSpec) -> Self {
        Self { keep: smoothing_coefficient(RMS_MS, spec), mean: 0.0 }
    }

    fn process(&mut self, powers: &mut [f64]) {
        let (keep, take) = (self.keep, 1.0 - self.keep);
        for power in powers {
            // The floor also is above where floats become slow.
            self.mean = keep * self.mean + take * *power + FLOOR;
            *power = self.mean;
        }
    }
}

/// Mean over a window. Sums are whole numbers: what leaves the window leaves nothing behind.
#[derive(Clone, Debug)]
pub(super) struct WindowMean {
    ring: Box<[u64]>,
    next: usize,
    sum: u64,
    scale: f64,
}

/// Units of a power of 1. A unit is −114 dB: at −80 dBFS, the lowest threshold, 0.002 dB.
const UNITS: f64 = (1_u64 << 38) as f64;
/// Largest power, +39 dBFS: 2^13 · 2^38 units · 2^12 frames are below 2^64.
const LARGEST: f64 = (1 << 13) as f64;
const LONGEST: usize = (1 << 12) - 1;

impl WindowMean {
    /// Creates a mean over a time in milliseconds, at least a frame.
    pub(super) fn new(window_ms: f64, spec: &ProcessSpec) -> Self {
        let frames = (spec.sample_rate.frames(window_ms / 1_000.0) as usize).clamp(1, LONGEST);
        Self { ring: vec![0; frames].into(), next: 0, sum: 0, scale: 1.0 / (UNITS * frames as f64) }
    }

    fn reset(&mut self) {
        self.ring.fill(0);
        (self.next, self.sum) = (0, 0);
    }

    fn inherit_state(&mut self, old: &Self) {
        if self.ring.len() == old.ring.len() {
            self.ring.copy_from_slice(&old.ring);
            (self.next, self.sum) = (old.next, old.sum);
        }
    }

    fn process(&mut self, powers: &mut [f64]) {
        for power in powers {
            let units = (power.min(LARGEST) * UNITS) as u64;
            let oldest = std::mem::replace(&mut self.ring[self.next], units);
            self.sum = self.sum + units - oldest;
            self.next = if self.next + 1 == self.ring.len() { 0 } else { self.next + 1 };
            *power = self.sum as f64 * self.scale + FLOOR;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::SampleRate;

    fn spec() -> ProcessSpec {
        ProcessSpec { sample_rate: SampleRate::new(1_000).unwrap(), max_block: 10, channels: 1 }
    }

    #[test]
    fn a_mean_square_reaches_63_percent_after_its_time() {
        let mut powers = [1.0; 10];
        MeanSquare::new(&spec()).process(&mut powers);
        assert!((powers[9] - (1.0 - (-1.0_f64).exp())).abs() < 1e-12); // rounding of ten steps
    }

    #[test]
    fn a_window_forgets_exactly_and_limits_what_it_takes() {
        let mut window = WindowMean::new(10.0, &spec());
        let mut powers = [1.0, 0.5, 1e20, f64::INFINITY, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
        window.process(&mut powers);
        // Rounding of the scale.
        let near = |found: f64, wanted: f64| assert!((found / wanted - 1.0).abs() < 1e-15, "{found} for {wanted}");
        near(powers[0], 0.1);
        near(powers[1], 0.15);
        near(powers[9], (1.5 + 2.0 * LARGEST) / 10.0);
        let mut silence = [0.0; 10];
        window.process(&mut silence);
        assert_eq!(silence[9], FLOOR);
    }

    #[test]
    fn the_longest_window_at_its_largest_power_does_not_overflow() {
        let spec = ProcessSpec { sample_rate: SampleRate::new(384_000).unwrap(), ..spec() };
        let mut window = WindowMean::new(1_000.0, &spec);
        let mut powers = vec![f64::MAX; 5_000];
        window.process(&mut powers);
        assert!((powers[4_999] / LARGEST - 1.0).abs() < 1e-15); // rounding of the scale
    }
}
