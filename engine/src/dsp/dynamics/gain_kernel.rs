//! Loops of a gain computer: from levels to the reductions of a curve, and from smoothed reductions
//! to gains.
//!
//! Frames are independent, so the loops become vectors; compiled for wider ones too and chosen at
//! run time. Products and sums are never fused, so every version gives the same bits.

#![allow(unsafe_code)] // `multiversion` expands to calls of functions compiled for a detected instruction set.

use super::curve::CompressionCurve;
use crate::dsp::decibel_math::{amplitude_to_db, db_to_amplitude, exp2, log2, power_to_db};
use crate::simd::vectorised;

vectorised! {
    /// Turns amplitudes into reductions in decibels, in place.
    pub(super) fn amplitudes_to_reductions(curve: &CompressionCurve, values: &mut [f64]) {
        for value in values {
            *value = curve.reduction_db(amplitude_to_db(*value));
        }
    }
}

vectorised! {
    /// Turns powers into reductions in decibels, in place.
    pub(super) fn powers_to_reductions(curve: &CompressionCurve, values: &mut [f64]) {
        for value in values {
            *value = curve.reduction_db(power_to_db(*value));
        }
    }
}

vectorised! {
    /// Turns reductions in decibels into the gain of wet and dry together, in place. The gain is
    /// exactly 1 without make-up and reduction, and for a `mix` of 0.
    pub(super) fn reductions_to_gains(makeup_db: f64, mix: f64, values: &mut [f64]) {
        for value in values {
            *value = 1.0 + mix * (db_to_amplitude(makeup_db - *value) - 1.0);
        }
    }
}

vectorised! {
    /// Turns the magnitude of each peak into the reduction that brings it to a ceiling, in octaves.
    /// The reduction is 0 for a peak not above it, or NaN.
    pub(super) fn peaks_to_octaves(per_ceiling: f64, peaks: &[f32], values: &mut [f64]) {
        for (value, peak) in values.iter_mut().zip(peaks) {
            let ratio = f64::from(*peak) * per_ceiling;
            *value = log2(if ratio > 1.0 { ratio } else { 1.0 });
        }
    }
}

vectorised! {
    /// Turns reductions in octaves into gains.
    pub(super) fn octaves_to_gains(values: &mut [f64]) {
        for value in values {
            *value = exp2(-*value);
        }
    }
}

vectorised! {
    /// Multiplies each sample by its gain.
    pub(super) fn multiply(samples: &mut [f32], gains: &[f64]) {
        for (sample, gain) in samples.iter_mut().zip(gains) {
            *sample = (f64::from(*sample) * gain) as f32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mixdown_fixtures::signals::white_noise;

    #[test]
    fn every_loop_equals_its_frames_one_by_one_bit_for_bit() {
        let curve = CompressionCurve::new(-30.0, 3.0, 6.0);
        let levels: Vec<f64> = white_noise(5, 1.0, 1_003).iter().map(|x| f64::from(x.abs())).collect();
        let looped = |run: &dyn Fn(&mut [f64])| {
            let mut values = levels.clone();
            run(&mut values);
            values
        };
        let alone = |value: &dyn Fn(f64) -> f64| levels.iter().map(|level| value(*level)).collect::<Vec<f64>>();
        assert_eq!(
            looped(&|values| amplitudes_to_reductions(&curve, values)),
            alone(&|level| curve.reduction_db(amplitude_to_db(level)))
        );
        assert_eq!(
            looped(&|values| powers_to_reductions(&curve, values)),
            alone(&|level| curve.reduction_db(power_to_db(level)))
        );
        assert_eq!(
            looped(&|values| reductions_to_gains(2.0, 0.7, values)),
            alone(&|reduction| 1.0 + 0.7 * (db_to_amplitude(2.0 - reduction) - 1.0))
        );
        assert_eq!(looped(&octaves_to_gains), alone(&|octaves| exp2(-octaves)));
        let mut peaks: Vec<f32> = levels.iter().map(|level| *level as f32).collect();
        peaks[500..503].copy_from_slice(&[f32::NAN, f32::INFINITY, 1.0 / 3.0]);
        let mut octaves = vec![0.0; peaks.len()];
        peaks_to_octaves(3.0, &peaks, &mut octaves);
        let alone = |peak: &f32| log2(if f64::from(*peak) * 3.0 > 1.0 { f64::from(*peak) * 3.0 } else { 1.0 });
        assert_eq!(octaves, peaks.iter().map(alone).collect::<Vec<f64>>());
        assert_eq!(octaves[500], 0.0);
    }
}
