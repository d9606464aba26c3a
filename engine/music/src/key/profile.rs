//! Fit of the pitch classes of a song to a key.

use super::{Key, Mode};
use crate::chroma::{CLASS_COUNT, PitchClasses};

/// Profiles of Albrecht and Shanahan, "The use of large corpora to train a new type of key-finding
/// algorithm" (2013): share of each degree.
const MAJOR: PitchClasses = [0.238, 0.006, 0.111, 0.006, 0.137, 0.094, 0.016, 0.214, 0.009, 0.080, 0.008, 0.081];
const MINOR: PitchClasses = [0.220, 0.006, 0.104, 0.123, 0.019, 0.103, 0.012, 0.214, 0.062, 0.022, 0.061, 0.052];

/// Returns the correlation of `classes` with the profile of `key`, −1 to 1; 0 if all are equal.
pub(crate) fn correlation(classes: &PitchClasses, key: Key) -> f64 {
    let profile = match key.mode() {
        Mode::Major => &MAJOR,
        Mode::Minor => &MINOR,
    };
    let mean = |values: &PitchClasses| f64::from(values.iter().sum::<f32>()) / CLASS_COUNT as f64;
    let (mean_of_classes, mean_of_profile) = (mean(classes), mean(profile));
    let (mut product, mut squares) = (0.0, (0.0, 0.0));
    for (degree, &share) in profile.iter().enumerate() {
        let class = f64::from(classes[(degree + key.tonic()) % CLASS_COUNT]) - mean_of_classes;
        let share = f64::from(share) - mean_of_profile;
        product += class * share;
        squares.0 += class * class;
        squares.1 += share * share;
    }
    if squares.0 > 0.0 { product / (squares.0 * squares.1).sqrt() } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_fits_its_own_key_best() {
        for key in Key::all() {
            let own = if key.mode() == Mode::Major { MAJOR } else { MINOR };
            let mut classes = [0.0; 12];
            (0..12).for_each(|degree| classes[(degree + key.tonic()) % 12] = own[degree]);
            assert!((correlation(&classes, key) - 1.0).abs() < 1e-6);
            assert!(Key::all().filter(|&other| other != key).all(|other| correlation(&classes, other) < 0.95));
        }
        assert_eq!(correlation(&[1.0; 12], Key::new(0, Mode::Major)), 0.0);
    }
}
