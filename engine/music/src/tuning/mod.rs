//! Deviation of a performance from A4 = 440 Hz.
//!
//! Stable partials vote for the distance to the next note of equal temperament. The mode of the
//! votes wins, evened out over notes and stems: a circular mean would follow every detuned one.

mod estimate;
mod histogram;
mod partials;

pub use estimate::{Tuning, estimate};
pub use histogram::PartialHistogram;
pub use partials::PartialExtractor;

/// Frequency of A4 without deviation, in hertz.
pub const STANDARD_HZ: f64 = 440.0;

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns chords of notes with eight partials each, `cents` away from standard pitch.
    fn song(cents: f64) -> Vec<f32> {
        let chords = [[48, 64, 67], [53, 60, 69], [55, 62, 71], [57, 60, 64]];
        let note = |note: i32, index: usize| -> f64 {
            let hertz = STANDARD_HZ * ((f64::from(note) - 69.0 + cents / 100.0) / 12.0).exp2();
            let phase = hertz * index as f64 / 22_050.0;
            (1..=8)
                .map(|overtone| (std::f64::consts::TAU * f64::from(overtone) * phase).sin() / f64::from(overtone))
                .sum()
        };
        (0..4 * 22_050)
            .map(|index| chords[index / 22_050].iter().map(|&one| note(one, index)).sum::<f64>() as f32 * 0.1)
            .collect()
    }

    fn tuning(samples: &[f32], block: usize) -> Option<Tuning> {
        let mut extractor = PartialExtractor::new();
        samples.chunks(block).for_each(|block| extractor.push(block));
        estimate(&[extractor.finish()])
    }

    #[test]
    fn deviations_are_found_to_half_a_cent() {
        for cents in [-48.0, -21.3, -5.0, 0.0, 7.7, 33.0, 47.0] {
            let found = tuning(&song(cents), 4096).unwrap();
            assert!((found.cents - cents).abs() < 0.5, "{cents}: {found:?}");
            assert!(found.confidence > 0.6, "{cents}: {found:?}");
            assert!((found.hertz() - 440.0 * (cents / 1200.0).exp2()).abs() < 0.15);
        }
    }

    fn histogram(samples: &[f32]) -> PartialHistogram {
        let mut extractor = PartialExtractor::new();
        extractor.push(samples);
        extractor.finish()
    }

    #[test]
    fn each_stem_counts_once_however_loud_and_noise_does_not() {
        let loud: Vec<f32> = song(16.0).iter().map(|sample| 5.0 * sample).collect();
        let stems = [histogram(&loud), histogram(&song(10.0))];
        let found = estimate(&stems).unwrap();
        assert!((found.cents - 13.0).abs() < 0.5, "{found:?}");
        let mut noise = PartialHistogram::new();
        for index in 0..5_000 {
            noise.add(40.0 + (f64::from(index) * 0.618_034).fract() * 40.0, 1.0);
        }
        let [first, second] = stems;
        let found = estimate(&[first, noise, second, PartialHistogram::new()]).unwrap();
        assert!((found.cents - 13.0).abs() < 0.5, "{found:?}");
        assert_eq!(estimate(&[]), None);
    }

    #[test]
    fn silence_noise_and_nothing_have_no_tuning() {
        let mut state = 1_u32;
        let noise: Vec<f32> = std::iter::repeat_with(|| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / 8_388_608.0 - 1.0
        })
        .take(10 * 22_050)
        .collect();
        for samples in [vec![], vec![0.0; 30_000], vec![1.0; 30_000], vec![f32::NAN; 30_000], noise] {
            assert_eq!(tuning(&samples, 1024), None, "{}", samples.len());
        }
    }

    #[test]
    fn blocks_do_not_matter() {
        let samples = song(10.0);
        assert_eq!(tuning(&samples, 101), tuning(&samples, samples.len()));
    }
}
