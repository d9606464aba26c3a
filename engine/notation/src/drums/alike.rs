//! Equal sounds are of equal drums: peaks that sound alike share their heights.
//!
//! The network judges each hit by itself. In one stem a drum sounds much the same each time, so the
//! mean over hits that sound alike is surer than a single activation.

use super::bands::BANDS;
use super::front_end::{FEATURE_DB, Spectra};

/// Frames after a peak whose levels are its sound.
const FRAMES: [usize; 2] = [1, 3];

/// Levels of a sound: of the bands, in each of [`FRAMES`].
const LEVELS: usize = FRAMES.len() * BANDS;

/// Root mean square of the difference of levels at which likeness falls to exp(-1/2), in decibels.
const SPREAD_DB: f32 = 3.0;

/// Part of a height that comes from other peaks, at most.
const SHARE: f32 = 0.7;

/// Sum of the likenesses of other peaks that gives them half of [`SHARE`].
const HALF_LIKENESS: f32 = 1.0;

/// Peaks before and after a peak that it is compared with. This bounds the cost of long stems.
const NEIGHBOURS: usize = 256;

/// Bound of heights from 0 and 1, so that their odds are finite.
const LEAST_DOUBT: f32 = 1e-6;

/// Levels after a peak, in decibels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sound([f32; LEVELS]);

impl Sound {
    /// Returns the sound of a peak at `frame` of spectra whose loud frames are at `reference` dB.
    pub(super) fn new(spectra: &Spectra, reference: f32, frame: usize) -> Self {
        let mut levels = [0.0; LEVELS];
        for (levels, ahead) in levels.chunks_exact_mut(BANDS).zip(FRAMES) {
            let features = spectra.features((frame + ahead).min(spectra.len() - 1), reference);
            levels.copy_from_slice(&features.map(|feature| feature * FEATURE_DB));
        }
        Self(levels)
    }

    /// Returns the likeness of two sounds: 1 for equal ones, 0 for those far apart.
    fn likeness(&self, other: &Self) -> f32 {
        let squares: f32 = self.0.iter().zip(&other.0).map(|(one, other)| (one - other).powi(2)).sum();
        (-0.5 * squares / (LEVELS as f32 * SPREAD_DB * SPREAD_DB)).exp()
    }
}

/// Returns the heights of the peaks of one drum, each drawn towards those of peaks that sound
/// alike. The odds are averaged, not the heights.
pub(super) fn shared_heights(heights: &[f32], sounds: &[Sound]) -> Vec<f32> {
    let odds: Vec<f32> = heights.iter().map(|height| log_odds(*height)).collect();
    let share = |index: usize| {
        let (mut likeness, mut sum) = (0.0, 0.0);
        let around = index.saturating_sub(NEIGHBOURS)..(index + NEIGHBOURS + 1).min(odds.len());
        for other in around.filter(|other| *other != index) {
            let alike = sounds[index].likeness(&sounds[other]);
            likeness += alike;
            sum += alike * odds[other];
        }
        let mean = if likeness > 0.0 { sum / likeness } else { 0.0 };
        let weight = SHARE * likeness / (likeness + HALF_LIKENESS);
        1.0 / (1.0 + (-weight.mul_add(mean - odds[index], odds[index])).exp())
    };
    (0..odds.len()).map(share).collect()
}

fn log_odds(height: f32) -> f32 {
    let height = height.clamp(LEAST_DOUBT, 1.0 - LEAST_DOUBT);
    (height / (1.0 - height)).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Sound {
        /// Returns a sound whose levels are all `level`.
        pub(in crate::drums) fn flat(level: f32) -> Self {
            Self([level; LEVELS])
        }
    }

    #[test]
    fn likeness_falls_with_the_difference_of_levels() {
        assert_eq!(Sound::flat(40.0).likeness(&Sound::flat(40.0)), 1.0);
        assert!((Sound::flat(40.0).likeness(&Sound::flat(43.0)) - (-0.5_f32).exp()).abs() < 1e-6);
        assert!(Sound::flat(40.0).likeness(&Sound::flat(60.0)) < 1e-9);
    }

    #[test]
    fn a_weak_peak_among_strong_ones_that_sound_alike_is_lifted() {
        let heights = [0.9, 0.9, 0.3, 0.9, 0.3];
        let sounds = [40.0, 40.5, 40.2, 39.8, 80.0].map(Sound::flat);
        let shared = shared_heights(&heights, &sounds);
        assert!(shared[2] > 0.6, "{shared:?}");
        assert!((shared[4] - 0.3).abs() < 1e-4, "another sound: {shared:?}");
        assert!(shared[0] < 0.9 && shared[0] > 0.8, "{shared:?}");
    }

    #[test]
    fn a_peak_alone_and_heights_of_0_and_1_stay() {
        assert!((shared_heights(&[0.4], &[Sound::flat(10.0)])[0] - 0.4).abs() < 1e-6);
        let extreme = shared_heights(&[0.0, 1.0], &[Sound::flat(0.0), Sound::flat(90.0)]);
        assert!(extreme[0] < 1e-5 && extreme[1] > 1.0 - 1e-5, "{extreme:?}");
        assert!(shared_heights(&[], &[]).is_empty());
    }
}
