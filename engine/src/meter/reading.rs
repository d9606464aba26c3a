//! Conversion from linear measures to readings in decibels that are always finite.

/// Level below which a reading is silence: `None`. Far below the least step of 24-bit audio (−138
/// dB) and of any loudspeaker.
pub const SILENCE_DB: f64 = -200.0;

/// Returns the level of an amplitude in decibels; `None` below [`SILENCE_DB`] and if it is not
/// finite.
pub fn amplitude_db(amplitude: f64) -> Option<f64> {
    audible(20.0 * libm::log10(amplitude.abs()))
}

/// Returns the level of a power, such as a mean square, in decibels; `None` below [`SILENCE_DB`]
/// and if it is not finite.
pub fn power_db(power: f64) -> Option<f64> {
    audible(10.0 * libm::log10(power.abs()))
}

fn audible(db: f64) -> Option<f64> {
    (db.is_finite() && db >= SILENCE_DB).then_some(db)
}

/// Returns the nearest number with this many decimals (never −0), so that documents stay small and
/// byte-stable.
pub fn rounded(value: f64, decimals: i32) -> f64 {
    let scale = 10.0_f64.powi(decimals);
    (value * scale).round() / scale + 0.0
}

/// Largest magnitude at which a level has a meaning.
pub(super) const LARGEST: f32 = 1e30;

/// Returns the sample, or 0 where it is NaN, infinite or so large (beyond ±10³⁰) that no level has
/// a meaning.
pub(crate) fn finite(sample: f32) -> f32 {
    if is_level(sample) { sample } else { 0.0 }
}

/// Returns true if a sample has a level: a number within ±10³⁰.
pub(crate) fn is_level(sample: f32) -> bool {
    sample.abs() <= LARGEST
}

/// Returns the loudness of a weighted power in LUFS; `None` for silence.
pub fn power_lufs(power: f64) -> Option<f64> {
    power_db(power).map(|db| db + SINE_OFFSET_LU)
}

/// Offset of ITU-R BS.1770-4 annex 1 eq. 2: loudness = −0.691 + 10·log10 of the weighted power.
pub const SINE_OFFSET_LU: f64 = -0.691;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_has_no_level() {
        assert_eq!(amplitude_db(0.0), None);
        assert_eq!(power_db(f64::NAN), None);
        assert_eq!(power_db(1e-20), Some(-200.0));
    }

    #[test]
    fn rounding_never_writes_a_negative_zero() {
        assert!(rounded(-0.001, 2).is_sign_positive());
        assert_eq!(rounded(-23.005_1, 2), -23.01);
    }
}
