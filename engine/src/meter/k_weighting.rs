//! K-weighting (ITU-R BS.1770-4 annex 1) at any sample rate, and the weight of each loudspeaker.

use crate::audio::Channel;
use crate::units::SampleRate;
use std::f64::consts::PI;

/// One second-order section, normalised to a0 = 1: y = b0·x + b1·x₁ + b2·x₂ − a1·y₁ − a2·y₂.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Section {
    /// Feed-forward coefficients b0, b1, b2.
    pub b: [f64; 3],
    /// Feedback coefficients a1, a2.
    pub a: [f64; 2],
}

impl Section {
    /// Returns the next y from x, the last two x and the last two y, the last first. The term that
    /// waits for the last y comes last.
    #[inline]
    pub(super) fn next(&self, x: f64, [x1, x2]: [f64; 2], [y1, y2]: [f64; 2]) -> f64 {
        let Self { b: [b0, b1, b2], a: [a1, a2] } = self;
        (((b0 * x + b1 * x1) + b2 * x2) - a2 * y2) - a1 * y1
    }
}

/// Two sections of K-weighting.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KCoefficients {
    /// Stage 1: the shelf that models the head.
    pub shelf: Section,
    /// Stage 2: the high-pass (RLB weighting).
    pub high_pass: Section,
}

/// Frequency, quality and gains of the analogue shelf behind table 1; they reproduce it to 14
/// digits at 48 kHz.
const SHELF_HZ: f64 = 1_681.974_450_955_533;
const SHELF_Q: f64 = 0.707_175_236_955_419_6;
const SHELF_DB: f64 = 3.999_843_853_973_347;
const SHELF_BAND_EXPONENT: f64 = 0.499_666_774_154_541_6;
/// Frequency and quality of the analogue high-pass behind table 2.
const HIGH_PASS_HZ: f64 = 38.135_470_876_024_44;
const HIGH_PASS_Q: f64 = 0.500_327_037_323_877_3;
/// Rate for which the standard's tables are printed.
const TABLE_RATE_HZ: f64 = 48_000.0;

impl KCoefficients {
    /// Designs both sections by the bilinear transform of the analogue prototypes.
    ///
    /// The standard requires for other rates "the same frequency response that the specified filter
    /// provides at 48 kHz". Its table 2 has b = 1, −2, 1, which is a pass-band gain of +0.043 dB at
    /// 48 kHz. That gain is kept at every rate, so 997 Hz at 0 dBFS reads −3.01 LUFS everywhere,
    /// within 0.006 LU. By contrast, libebur128 keeps b = 1, −2, 1. Against it, this meter reads
    /// 0.004 LU less at 44.1 kHz and the same at 48 kHz. It reads 0.022 LU more at 96 kHz and 0.032
    /// more at 192 kHz.
    ///
    /// Below 3.5 kHz, where the shelf does not fit under Nyquist, it stays at 0.49 of the rate:
    /// stable, but no longer the standard.
    pub fn design(rate: SampleRate) -> Self {
        let rate_hz = rate.as_f64();
        let k = warped(SHELF_HZ, rate_hz);
        let high = libm::pow(10.0, SHELF_DB / 20.0);
        let band = libm::pow(high, SHELF_BAND_EXPONENT);
        let norm = 1.0 + k / SHELF_Q + k * k;
        let shelf = Section {
            b: [
                (high + band * k / SHELF_Q + k * k) / norm,
                2.0 * (k * k - high) / norm,
                (high - band * k / SHELF_Q + k * k) / norm,
            ],
            a: [2.0 * (k * k - 1.0) / norm, (1.0 - k / SHELF_Q + k * k) / norm],
        };
        let norm_of = |k: f64| 1.0 + k / HIGH_PASS_Q + k * k;
        let k = warped(HIGH_PASS_HZ, rate_hz);
        let norm = norm_of(k);
        let gain = norm_of(warped(HIGH_PASS_HZ, TABLE_RATE_HZ)) / norm;
        let high_pass = Section {
            b: [gain, -2.0 * gain, gain],
            a: [2.0 * (k * k - 1.0) / norm, (1.0 - k / HIGH_PASS_Q + k * k) / norm],
        };
        Self { shelf, high_pass }
    }
}

fn warped(frequency_hz: f64, rate_hz: f64) -> f64 {
    libm::tan(PI * (frequency_hz / rate_hz).min(0.49))
}

/// Returns the weight of a loudspeaker's power in loudness (ITU-R BS.1770-4 annex 1, table 3, and
/// annex 3, table 4). It is 1.41 at the sides (60° to 120° from the front: surrounds and wides), 1
/// elsewhere and above 30°, 0 for LFE. A pair of rears behind side surrounds (7.1) weighs 1.
pub fn loudness_weight(channel: Channel) -> f64 {
    match channel {
        Channel::LeftSurround | Channel::RightSurround | Channel::LeftWide | Channel::RightWide => 1.41,
        Channel::Lfe => 0.0,
        _ => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn design(rate_hz: u32) -> KCoefficients {
        KCoefficients::design(SampleRate::new(rate_hz).unwrap())
    }

    /// Returns the power gain at a frequency, from the coefficients alone.
    fn power_gain(k: &KCoefficients, hz: f64, rate_hz: u32) -> f64 {
        let w = 2.0 * PI * hz / f64::from(rate_hz);
        let power = |c: [f64; 3]| {
            let re = c[0] + c[1] * w.cos() + c[2] * (2.0 * w).cos();
            let im = c[1] * w.sin() + c[2] * (2.0 * w).sin();
            re * re + im * im
        };
        let section = |s: Section| power(s.b) / power([1.0, s.a[0], s.a[1]]);
        section(k.shelf) * section(k.high_pass)
    }

    #[test]
    fn the_derived_sections_equal_tables_1_and_2_at_48_khz() {
        let k = design(48_000);
        let table = [
            (k.shelf.b[0], 1.535_124_859_586_97),
            (k.shelf.b[1], -2.691_696_189_406_38),
            (k.shelf.b[2], 1.198_392_810_852_85),
            (k.shelf.a[0], -1.690_659_293_182_41),
            (k.shelf.a[1], 0.732_480_774_215_85),
            (k.high_pass.b[0], 1.0),
            (k.high_pass.b[1], -2.0),
            (k.high_pass.b[2], 1.0),
            (k.high_pass.a[0], -1.990_047_454_833_98),
            (k.high_pass.a[1], 0.990_072_250_366_21),
        ];
        for (derived, printed) in table {
            assert!((derived - printed).abs() < 1e-12, "{derived} for {printed}");
        }
    }

    #[test]
    fn a_full_scale_sine_of_997_hz_reads_the_same_at_every_rate() {
        for rate_hz in [44_100, 48_000, 88_200, 96_000, 192_000, 384_000] {
            let gain_db = 10.0 * power_gain(&design(rate_hz), 997.0, rate_hz).log10();
            // The offset of −0.691 dB cancels the gain here. The bilinear transform bends the shelf
            // by 0.005 dB towards high rates.
            assert!((gain_db - 0.691).abs() < 0.006, "{rate_hz} Hz: {gain_db}");
        }
    }

    #[test]
    fn every_rate_gives_a_stable_filter() {
        for rate_hz in [1_000, 2_000, 3_363, 3_364, 3_365, 8_000, 768_000] {
            let k = design(rate_hz);
            for Section { a: [a1, a2], .. } in [k.shelf, k.high_pass] {
                assert!(a2.abs() < 1.0 && a1.abs() < 1.0 + a2, "{rate_hz} Hz: {a1} {a2}");
            }
        }
    }
}
