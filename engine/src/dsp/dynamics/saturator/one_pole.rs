//! Filter of first order for the memory of a saturator.

use crate::process::ProcessSpec;
use std::f64::consts::TAU;

/// Memory below this, −400 dBFS, is set to 0 before it becomes a denormal number.
const REST: f64 = 1e-20;

/// One-pole low-pass, and the high-pass that is its complement.
#[derive(Clone, Debug)]
pub(super) struct OnePole {
    keep: f64,
    value: f64,
}

impl OnePole {
    pub(super) fn new(corner_hz: f64, spec: &ProcessSpec) -> Self {
        Self { keep: libm::exp(-TAU * corner_hz / spec.sample_rate.as_f64()), value: 0.0 }
    }

    /// Returns the frames until the memory has fallen by 140 dB.
    pub(super) fn ring_frames(&self) -> u64 {
        (libm::log(1e-7) / libm::log(self.keep)).ceil() as u64
    }

    pub(super) fn reset(&mut self) {
        self.value = 0.0;
    }

    /// Continues from the state of another one.
    pub(super) fn inherit_state(&mut self, old: &Self) {
        self.value = old.value;
    }

    #[inline]
    fn push(&mut self, sample: f64) -> f64 {
        let value = sample + self.keep * (self.value - sample);
        self.value = if value.abs() > REST { value } else { 0.0 };
        self.value
    }

    /// Keeps what is below the corner, in place.
    pub(super) fn low_pass(&mut self, samples: &mut [f64]) {
        for sample in samples {
            *sample = self.push(*sample);
        }
    }

    /// Keeps what is above the corner, in place.
    pub(super) fn high_pass(&mut self, samples: &mut [f64]) {
        for sample in samples {
            *sample -= self.push(*sample);
        }
    }
}
