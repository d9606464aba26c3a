//! Pulses that keep their phase over a whole song.

use crate::onsets::Peak;
use std::f64::consts::TAU;

/// Length of the parts of a song whose phases are compared, in seconds.
const PART_S: f64 = 8.0;
/// Fewest parts that show that a tempo is steady.
const FEWEST_PARTS: usize = 3;
/// Pulses of a beat that onsets may keep to: sixteenths, or triplets.
const HARMONICS: [f64; 2] = [4.0, 3.0];
/// Least share of onsets in phase within each part.
const LEAST_SHARE: f64 = 0.6;
/// Least share of those that are in phase with the whole song, too. Songs made for this purpose
/// have 0.98 or more where the tempo is constant, and less than 0.97 where it changes.
const LEAST_AGREEMENT: f64 = 0.975;

/// Returns true if the onsets of all parts of a song share one phase of the finest pulses of a
/// period. It does not matter which of them are beats, so that it holds for syncopated songs, too.
pub fn is_steady(onsets: &[Peak], period_s: f64) -> bool {
    let Some(first_s) = onsets.first().map(|onset| onset.time_s) else {
        return false;
    };
    let total: f64 = onsets.iter().map(|onset| f64::from(onset.strength)).sum();
    let keeps_phase = |harmonic: f64| {
        let sums: Vec<(f64, f64)> = onsets
            .chunk_by(|one, other| part(one, first_s) == part(other, first_s))
            .map(|onsets| resultant(onsets, period_s / harmonic))
            .collect();
        let (sine, cosine) = sums.iter().fold((0.0, 0.0), |(sine, cosine), sum| (sine + sum.0, cosine + sum.1));
        let within: f64 = sums.iter().map(|sum| sum.0.hypot(sum.1)).sum();
        sums.len() >= FEWEST_PARTS
            && within >= LEAST_SHARE * total
            && f64::hypot(sine, cosine) >= LEAST_AGREEMENT * within
    };
    period_s > 0.0 && total > 0.0 && HARMONICS.into_iter().any(keeps_phase)
}

fn part(onset: &Peak, first_s: f64) -> usize {
    ((onset.time_s - first_s) / PART_S) as usize
}

/// Returns the sum of the onsets as vectors whose angle is their phase.
pub(super) fn resultant(onsets: &[Peak], period_s: f64) -> (f64, f64) {
    let (mut sine, mut cosine) = (0.0, 0.0);
    for onset in onsets {
        let angle = TAU * (onset.time_s / period_s).fract();
        sine += f64::from(onset.strength) * angle.sin();
        cosine += f64::from(onset.strength) * angle.cos();
    }
    (sine, cosine)
}
