//! Noise shaping: moves quantising noise to where the ear is least sensitive.

use crate::units::SampleRate;
use std::f64::consts::PI;

/// Taps of the error filter.
const ORDER: usize = 9;

/// Error filter of one channel: the written noise is e(n) + a1·e(n−1) + … + a9·e(n−9).
///
/// The taps minimise the noise power as weighted by the ear at the given rate. They are the
/// prediction-error filter of the weighting. The best shaper of an order is the whitening filter of
/// the weighting (Gerzon and Craven, AES 1989). The weighting is the inverse of the absolute
/// threshold in quiet (Terhardt 1979). Its range is limited to 30 dB, so that the noise that rises
/// near Nyquist stays far below the signal.
#[derive(Clone, Debug)]
pub struct NoiseShaper {
    taps: [f64; ORDER],
    errors: [f64; ORDER],
}

impl NoiseShaper {
    /// Creates the shaper for a sample rate. Control thread.
    pub fn new(rate: SampleRate) -> Self {
        Self { taps: design(rate), errors: [0.0; ORDER] }
    }

    /// Forgets the past errors.
    pub fn reset(&mut self) {
        self.errors = [0.0; ORDER];
    }

    /// Returns the part of the next sample that comes from past errors, in least significant bits.
    #[inline]
    pub fn feedback(&self) -> f64 {
        self.taps.iter().zip(&self.errors).map(|(tap, error)| tap * error).sum()
    }

    /// Appends the error just made: written minus wanted, in least significant bits.
    #[inline]
    pub fn push(&mut self, error: f64) {
        self.errors.copy_within(0..ORDER - 1, 1);
        self.errors[0] = error;
    }
}

/// Returns the absolute threshold in quiet, dB SPL (E. Terhardt, "Calculating virtual pitch", 1979,
/// as used in MPEG psychoacoustics).
fn threshold_db(frequency_hz: f64) -> f64 {
    let khz = (frequency_hz / 1_000.0).max(0.02);
    3.64 * khz.powf(-0.8) - 6.5 * (-0.6 * (khz - 3.3).powi(2)).exp() + 1e-3 * khz.powi(4)
}

/// Designs the taps by Levinson's recursion on the autocorrelation of the weighting.
fn design(rate: SampleRate) -> [f64; ORDER] {
    const BINS: usize = 2_048;
    const RANGE_DB: f64 = 30.0;
    let floor = (0..BINS).map(|k| threshold_db(rate.nyquist_hz() * k as f64 / BINS as f64)).fold(f64::MAX, f64::min);
    let weight = |k: usize| {
        let above = threshold_db(rate.nyquist_hz() * (k as f64 + 0.5) / BINS as f64) - floor;
        10.0_f64.powf(-above.clamp(0.0, RANGE_DB) / 10.0)
    };
    let weights: Vec<f64> = (0..BINS).map(weight).collect();
    let correlation: Vec<f64> = (0..=ORDER)
        .map(|lag| {
            let cosine = |k: usize| (PI * lag as f64 * (k as f64 + 0.5) / BINS as f64).cos();
            weights.iter().enumerate().map(|(k, w)| w * cosine(k)).sum()
        })
        .collect();
    let mut filter = [0.0; ORDER + 1];
    filter[0] = 1.0;
    let mut power = correlation[0];
    for order in 1..=ORDER {
        let reflection = -(0..order).map(|k| filter[k] * correlation[order - k]).sum::<f64>() / power;
        let before = filter;
        for k in 1..=order {
            filter[k] = before[k] + reflection * before[order - k];
        }
        power *= 1.0 - reflection * reflection;
    }
    let mut taps = [0.0; ORDER];
    taps.copy_from_slice(&filter[1..]);
    taps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shaped_noise_is_lowest_where_hearing_is_keenest() {
        for hz in [44_100, 48_000, 96_000] {
            let rate = SampleRate::new(hz).unwrap();
            let taps = design(rate);
            let level_db = |frequency_hz: f64| {
                let omega = 2.0 * PI * frequency_hz / rate.as_f64();
                let (mut re, mut im) = (1.0, 0.0);
                for (k, tap) in taps.iter().enumerate() {
                    re += tap * (omega * (k + 1) as f64).cos();
                    im -= tap * (omega * (k + 1) as f64).sin();
                }
                10.0 * (re * re + im * im).log10()
            };
            assert!(level_db(3_500.0) < -12.0, "{hz} Hz: {:.1} dB at 3.5 kHz", level_db(3_500.0));
            assert!(level_db(19_000.0) > 5.0, "{hz} Hz: {:.1} dB at 19 kHz", level_db(19_000.0));
            assert!((0..100).all(|k| level_db(f64::from(k) * rate.nyquist_hz() / 100.0) < 30.0));
        }
    }
}
