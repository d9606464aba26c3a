//! The quantities that audio code confuses most easily, each as its own type.

use serde::{Deserialize, Serialize};
use std::fmt;
use thiserror::Error;

/// Frames per second, in hertz: 1 to [`SampleRate::MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct SampleRate(u32);

/// A sample rate outside 1 Hz to [`SampleRate::MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a sample rate of {0} Hz is outside {min} to {max} Hz", min = SampleRate::MIN, max = SampleRate::MAX)]
pub struct SampleRateError(pub u32);

impl SampleRate {
    /// Lowest rate accepted: telephone recordings are at 8000 Hz, some effects at 4000 Hz.
    pub const MIN: u32 = 1_000;
    /// Highest rate accepted: eight times 96 kHz.
    pub const MAX: u32 = 768_000;

    /// Builds a rate in hertz.
    ///
    /// # Errors
    /// When the rate is outside [`SampleRate::MIN`] to [`SampleRate::MAX`].
    pub const fn new(hz: u32) -> Result<Self, SampleRateError> {
        if hz < Self::MIN || hz > Self::MAX { Err(SampleRateError(hz)) } else { Ok(Self(hz)) }
    }

    /// 48 kHz, where no rate is given.
    pub const DEFAULT: Self = Self(48_000);

    /// Returns the rate as a whole number of hertz.
    pub const fn hz(self) -> u32 {
        self.0
    }

    /// Returns the rate as a float, for filter design.
    pub fn as_f64(self) -> f64 {
        f64::from(self.0)
    }

    /// Returns half the rate: the highest frequency that it can carry, in hertz.
    pub fn nyquist_hz(self) -> f64 {
        self.as_f64() / 2.0
    }

    /// Returns the nearest whole number of frames to a time in seconds; 0 for negative times.
    pub fn frames(self, seconds: f64) -> u64 {
        (seconds.max(0.0) * self.as_f64()).round() as u64
    }

    /// Returns the duration of a number of frames, in seconds.
    pub fn seconds(self, frames: u64) -> f64 {
        frames as f64 / self.as_f64()
    }
}

impl TryFrom<u32> for SampleRate {
    type Error = SampleRateError;
    fn try_from(hz: u32) -> Result<Self, SampleRateError> {
        Self::new(hz)
    }
}

impl<'de> Deserialize<'de> for SampleRate {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(u32::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

impl fmt::Display for SampleRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} Hz", self.0)
    }
}

/// A ratio of amplitudes in decibels: 20·log10 of it.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Decibels(pub f64);

impl Decibels {
    /// Returns the factor for an amplitude; exactly 1 at 0 dB.
    pub fn to_amplitude(self) -> f64 {
        if self.0 == 0.0 { 1.0 } else { libm::pow(10.0, self.0 / 20.0) }
    }

    /// Returns the level of an amplitude; minus infinity at 0.
    pub fn from_amplitude(amplitude: f64) -> Self {
        Self(20.0 * amplitude.abs().log10())
    }

    /// Returns the level of a power, such as a mean square; minus infinity at 0.
    pub fn from_power(power: f64) -> Self {
        Self(10.0 * power.abs().log10())
    }
}

impl fmt::Display for Decibels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2} dB", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_decibels_is_exactly_one() {
        assert_eq!(Decibels(0.0).to_amplitude(), 1.0);
    }

    #[test]
    fn six_decibels_double_and_back() {
        let db = Decibels::from_amplitude(2.0);
        assert!((db.0 - 6.020_599_913_279_624).abs() < 1e-12);
        assert!((db.to_amplitude() - 2.0).abs() < 1e-12);
    }

    #[test]
    fn a_rate_of_zero_is_refused() {
        assert_eq!(SampleRate::new(0), Err(SampleRateError(0)));
        assert!(SampleRate::new(48_000).is_ok());
    }
}
