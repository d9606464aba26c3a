//! Coefficients of a second-order section, and its frequency response.

use crate::units::SampleRate;
use std::f64::consts::TAU;

/// H(z) = (b0 + b1·z⁻¹ + b2·z⁻²) / (1 + a1·z⁻¹ + a2·z⁻²).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Coefficients {
    /// Feed-forward, no delay.
    pub b0: f64,
    /// Feed-forward, one frame.
    pub b1: f64,
    /// Feed-forward, two frames.
    pub b2: f64,
    /// Feedback, one frame.
    pub a1: f64,
    /// Feedback, two frames.
    pub a2: f64,
}

impl Coefficients {
    /// Section that changes nothing.
    pub const IDENTITY: Self = Self { b0: 1.0, b1: 0.0, b2: 0.0, a1: 0.0, a2: 0.0 };

    /// Returns the gain at a frequency, as a factor, as in a plotted curve.
    pub fn magnitude(&self, frequency_hz: f64, rate: SampleRate) -> f64 {
        let omega = TAU * frequency_hz / rate.as_f64();
        let (s1, c1) = omega.sin_cos();
        let (s2, c2) = (2.0 * omega).sin_cos();
        let top = (self.b0 + self.b1 * c1 + self.b2 * c2).hypot(self.b1 * s1 + self.b2 * s2);
        let bottom = (1.0 + self.a1 * c1 + self.a2 * c2).hypot(self.a1 * s1 + self.a2 * s2);
        top / bottom
    }

    /// Returns the distance of the outer pole from the origin; below 1 the section is stable.
    pub fn pole_radius(&self) -> f64 {
        let discriminant = self.a1 * self.a1 - 4.0 * self.a2;
        if discriminant < 0.0 { self.a2.sqrt() } else { f64::midpoint(self.a1.abs(), discriminant.sqrt()) }
    }

    /// Returns true if it is stable.
    pub(super) fn is_stable(&self) -> bool {
        self.pole_radius() < 1.0
    }

    /// Returns the frames until the section's own ringing has fallen by 140 dB: 20 dB are kept for
    /// resonance.
    pub(crate) fn ring_frames(&self) -> u64 {
        let radius = self.pole_radius();
        if radius <= 0.0 { 2 } else { (1e-7_f64.ln() / radius.ln()).ceil() as u64 + 2 }
    }
}
