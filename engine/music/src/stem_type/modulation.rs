//! Features of the rhythm of levels: speech and song change by syllables, near 4 Hz.
//!
//! Scheirer and Slaney, "Construction and evaluation of a robust multifeature speech/music
//! discriminator", ICASSP 1997.

use super::bands::BANDS;
use super::features::Writer;
use super::frame::Sound;
use crate::SAMPLE_RATE;
use crate::descriptors::HOP;
use std::f64::consts::TAU;

/// The edges of the ranges of rates, in hertz.
const RATES_HZ: [f64; 6] = [0.4, 1.5, 3.0, 6.0, 10.0, 20.0];
/// The groups of bands whose levels are followed: lows, vowels, consonants.
const GROUPS: [std::ops::Range<usize>; 3] = [0..6, 6..16, 16..BANDS];
/// The level below the loudest frame at which the levels end, in powers of e.
const DEPTH: f64 = 9.0;

/// Adds the share of modulation in each range of rates, and the agreement of lows and vowels.
pub(super) fn add_modulation(writer: &mut Writer, frames: &[Option<Sound>]) {
    let curves = GROUPS.map(|group| curve(frames, group));
    let ranges = RATES_HZ.len() - 1;
    let mut shares = vec![0.0; ranges];
    for curve in &curves {
        let powers: Vec<f64> = RATES_HZ.windows(2).map(|edges| power_between(curve, edges[0], edges[1])).collect();
        let total = powers.iter().sum::<f64>() + 1e-9;
        for (share, power) in shares.iter_mut().zip(&powers) {
            *share += power / total / GROUPS.len() as f64;
        }
    }
    for share in shares {
        writer.add(share);
    }
    writer.correlation(curves[0].iter().copied().zip(curves[1].iter().copied()));
}

/// Returns the logarithm of the power in a group of bands over time.
fn curve(frames: &[Option<Sound>], group: std::ops::Range<usize>) -> Vec<f64> {
    let power =
        |frame: &Option<Sound>| frame.map_or(0.0, |sound| sound.levels.power[group.clone()].iter().sum::<f64>());
    let powers: Vec<f64> = frames.iter().map(power).collect();
    let loudest = powers.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
    powers.iter().map(|power| (power / loudest).max(f64::MIN_POSITIVE).ln().max(-DEPTH)).collect()
}

/// Returns the power of a curve at rates from `low` to `high` hertz.
fn power_between(curve: &[f64], low: f64, high: f64) -> f64 {
    let (count, mean) = (curve.len() as f64, curve.iter().sum::<f64>() / curve.len() as f64);
    let frames_hz = f64::from(SAMPLE_RATE) / HOP as f64;
    let bin = |hz: f64| (hz * count / frames_hz).round() as usize;
    let power = |bin: usize| {
        let turn = TAU * bin as f64 / count;
        let parts = curve.iter().enumerate().map(|(index, level)| ((level - mean), turn * index as f64));
        let (mut real, mut imaginary) = (0.0, 0.0);
        for (level, angle) in parts {
            real += level * angle.cos();
            imaginary += level * angle.sin();
        }
        (real * real + imaginary * imaginary) / count
    };
    (bin(low).max(1)..bin(high)).map(power).sum()
}

#[cfg(test)]
mod tests {
    use super::super::frame::tests::sound;
    use super::super::segment::SEGMENT;
    use super::*;

    #[test]
    fn a_level_that_swings_has_its_power_at_its_rate() {
        let frame = |index: usize, hertz: f64| {
            let time = index as f64 * HOP as f64 / f64::from(SAMPLE_RATE);
            Some(sound(24.0, -20.0 + 5.0 * (TAU * hertz * time).sin()))
        };
        for (hertz, range) in [(1.0, 0), (4.0, 2), (8.0, 3), (15.0, 4)] {
            let frames: Vec<_> = (0..SEGMENT).map(|index| frame(index, hertz)).collect();
            let curve = curve(&frames, GROUPS[1].clone());
            let powers: Vec<f64> = RATES_HZ.windows(2).map(|edges| power_between(&curve, edges[0], edges[1])).collect();
            let share = powers[range] / powers.iter().sum::<f64>();
            assert!(share > 0.95, "{hertz} Hz: {powers:?}");
        }
    }
}
