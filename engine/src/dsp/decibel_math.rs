//! Levels to decibels and back, over whole blocks: the same bits on every machine, and fast because
//! loops of them vectorise.
//!
//! Both are made of additions, multiplications, one division and integer steps alone, so neither
//! the platform's math library nor fused multiply-add can change a bit. Against the exact functions
//! they are off by less than [`MAX_ERROR_DB`].

use std::f64::consts::{FRAC_1_SQRT_2, LN_2, LOG2_10};

/// Largest difference to the exact function, in decibels, over the ranges given below.
pub const MAX_ERROR_DB: f64 = 1e-9;

/// Decibels of amplitude in a doubling: 20·log10 2.
pub const DB_PER_OCTAVE: f64 = 20.0 / LOG2_10;

/// Amplitudes are clamped to 1e-15 (−300 dB) … 1e30; NaN counts as the smallest.
const SMALLEST: f64 = 1e-15;
const LARGEST: f64 = 1e30;

/// Exponents of two are clamped to −600 … 600.
const EXPONENT: f64 = 600.0;

const TWO_52: f64 = (1_u64 << 52) as f64;
const MANTISSA: u64 = (1 << 52) - 1;

/// Bit pattern at which k increases: log2 splits a value into m · 2^k with m in [√½, √2).
const TURN: u64 = FRAC_1_SQRT_2.to_bits();

/// Adding this rounds to a whole number and leaves it in the low bits.
const ROUND: f64 = 1.5 * TWO_52;

/// Returns log2 of a positive value, clamped to 1e-15 … 1e30.
#[inline]
#[must_use]
pub fn log2(value: f64) -> f64 {
    // These two comparisons are false for NaN, which therefore counts as silence.
    let value = if value > SMALLEST { value } else { SMALLEST };
    let value = if value < LARGEST { value } else { LARGEST };
    let shifted = value.to_bits() + (1.0_f64.to_bits() - TURN);
    let mantissa = f64::from_bits((shifted & MANTISSA) + TURN);
    // k as a float without a conversion that vector units lack: placed in the mantissa of 2^52.
    let exponent = f64::from_bits(TWO_52.to_bits() | (shifted >> 52)) - (TWO_52 + 1023.0);
    // log2 m = 2/ln 2 · artanh s, with |s| below 0.1716: the series ends below 2e-11.
    let s = (mantissa - 1.0) / (mantissa + 1.0);
    let t = s * s;
    let series = 1.0 / 9.0 + t * (1.0 / 11.0);
    let series = 1.0 + t * (1.0 / 3.0 + t * (1.0 / 5.0 + t * (1.0 / 7.0 + t * series)));
    exponent + 2.0 / LN_2 * s * series
}

/// Returns two to the power of `exponent`, clamped to ±600; exactly 1 at 0.
#[inline]
#[must_use]
pub fn exp2(exponent: f64) -> f64 {
    let exponent = if exponent > -EXPONENT { exponent } else { -EXPONENT };
    let exponent = if exponent < EXPONENT { exponent } else { EXPONENT };
    let rounded = exponent + ROUND;
    let x = (exponent - (rounded - ROUND)) * LN_2;
    let scale = f64::from_bits(rounded.to_bits().wrapping_add(1023) << 52);
    // exp x, |x| at most 0.3466: the series ends below 8e-12.
    let series = 1.0 / 5_040.0 + x * (1.0 / 40_320.0 + x * (1.0 / 362_880.0));
    let series = 1.0 / 24.0 + x * (1.0 / 120.0 + x * (1.0 / 720.0 + x * series));
    scale * (1.0 + x * (1.0 + x * (0.5 + x * (1.0 / 6.0 + x * series))))
}

/// Returns 20·log10 of an amplitude; −300 dB and below reads −300.
#[inline]
#[must_use]
pub fn amplitude_to_db(amplitude: f64) -> f64 {
    DB_PER_OCTAVE * log2(amplitude)
}

/// Returns 10·log10 of a power; −150 dB and below reads −150.
#[inline]
#[must_use]
pub fn power_to_db(power: f64) -> f64 {
    0.5 * DB_PER_OCTAVE * log2(power)
}

/// Returns the factor of a gain in decibels, between ±3600 dB; exactly 1 at 0.
#[inline]
#[must_use]
pub fn db_to_amplitude(db: f64) -> f64 {
    exp2(db * (1.0 / DB_PER_OCTAVE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decibels_are_exact_to_a_billionth_over_the_whole_range() {
        for step in -2_990..=5_990 {
            let db = f64::from(step) * 0.1 + 0.037;
            let amplitude = 10.0_f64.powf(db / 20.0);
            assert!((amplitude_to_db(amplitude) - db).abs() < MAX_ERROR_DB, "{db} dB");
            assert!((power_to_db(amplitude) - db / 2.0).abs() < MAX_ERROR_DB, "{db} dB");
            let error_db = 20.0 * (db_to_amplitude(db) / amplitude).log10();
            assert!(error_db.abs() < MAX_ERROR_DB, "{db} dB: {error_db}");
        }
    }

    #[test]
    fn nothing_in_gives_nothing_out_and_zero_decibels_are_exactly_one() {
        assert_eq!(db_to_amplitude(0.0), 1.0);
        assert_eq!(db_to_amplitude(-0.0), 1.0);
        assert_eq!(amplitude_to_db(1.0), 0.0);
    }

    #[test]
    fn no_input_gives_anything_but_a_finite_number() {
        for odd in [0.0, -1.0, 5e-324, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX] {
            assert!(amplitude_to_db(odd).is_finite() && db_to_amplitude(odd).is_finite(), "{odd}");
        }
        assert!((amplitude_to_db(0.0) + 300.0).abs() < MAX_ERROR_DB);
    }
}
