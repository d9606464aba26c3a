//! Features of attacks and decays.

use super::bands::BANDS;
use super::features::{Writer, quantile, statistics};
use super::frame::Sound;

/// The level below a segment's loudest frame at which rises start to count, in decibels.
const DEPTH_DB: f64 = 50.0;

/// Adds the features of a segment.
pub(super) fn add_onsets(writer: &mut Writer, frames: &[Option<Sound>]) {
    let loudest = frames.iter().flatten().map(|sound| sound.level_db).fold(-200.0, f64::max);
    let level = |frame: &Option<Sound>| frame.map_or(-DEPTH_DB, |sound| (sound.level_db - loudest).max(-DEPTH_DB));
    let levels: Vec<f64> = frames.iter().map(level).collect();
    let changes: Vec<f64> = levels.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let count = changes.len().max(1) as f64;
    writer.mean_and_deviation(levels.iter().copied());
    writer.add(changes.iter().filter(|change| **change > 6.0).count() as f64 / count);
    writer.add(changes.iter().map(|change| change.max(0.0)).sum::<f64>() / count);
    let mut falls: Vec<f64> = changes.iter().copied().filter(|change| *change < 0.0).collect();
    writer.add(quantile(&mut falls, 0.5));
    let mut rises = band_rises(frames);
    let (mean, deviation) = statistics(rises.iter().copied());
    writer.add(mean);
    writer.add(deviation / mean.max(1e-6));
    writer.add(quantile(&mut rises, 0.95));
    writer.add(frames.iter().flatten().count() as f64 / frames.len().max(1) as f64);
}

/// Returns the share of bands that rise by more than 3 dB, for each pair of frames.
fn band_rises(frames: &[Option<Sound>]) -> Vec<f64> {
    let loudest = |frame: &Sound| frame.levels.power.iter().copied().fold(0.0, f64::max);
    let floor = frames.iter().flatten().map(loudest).fold(0.0, f64::max) * 1e-5;
    let power = |frame: &Option<Sound>, band: usize| frame.map_or(0.0, |sound| sound.levels.power[band]) + floor;
    let rise = |pair: &[Option<Sound>]| {
        let rising = (0..BANDS).filter(|band| power(&pair[1], *band) > 2.0 * power(&pair[0], *band));
        rising.count() as f64 / BANDS as f64
    };
    frames.windows(2).map(rise).collect()
}

#[cfg(test)]
mod tests {
    use super::super::frame::tests::sound;
    use super::*;

    #[test]
    fn bands_rise_at_the_attacks_alone() {
        let frames: Vec<_> = (0..40).map(|index| Some(sound(0.0, -f64::from(index % 10)))).collect();
        let rises = band_rises(&frames);
        let attacks: Vec<usize> = (0..rises.len()).filter(|index| rises[*index] > 0.0).collect();
        assert_eq!(attacks, [9, 19, 29]);
        assert!(attacks.iter().all(|attack| rises[*attack] == 1.0));
    }

    #[test]
    fn sound_after_silence_rises() {
        let frames = [None, Some(sound(0.0, -20.0)), Some(sound(0.0, -20.0)), None];
        assert_eq!(band_rises(&frames), [1.0, 0.0, 0.0]);
    }
}
