//! Sound of the later of two stems before the earlier one begins, where an effect is silent. Also
//! checks that both sound together from then on, as recordings of one event do.

use super::noise_floor::dbfs;
use super::thresholds::THRESHOLDS;
use crate::align::features::band_levels::Levels;
use crate::align::features::prepared::PreparedStem;

/// Sound of a stem at its start, from one level per hop.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Before {
    /// Seconds before the other stem begins.
    pub(crate) length_s: f64,
    /// Of these, seconds with sound.
    pub(crate) sounding_s: f64,
    /// Level of that sound, the median of its hops, in dBFS from 60 Hz to 10 kHz.
    pub(crate) level_dbfs: f64,
    /// The level stays nearly the same, as that of noise does.
    pub(crate) is_steady: bool,
    /// Both stems sound from their first frames on.
    pub(crate) amid_sound: bool,
    /// Seconds of the common time in which one stem is loud and the other does not sound at all.
    pub(crate) alone_s: f64,
}

/// Measures the first `frames` frames of `late`.
pub(crate) fn before(early: &PreparedStem<'_>, late: &PreparedStem<'_>, frames: f64) -> Before {
    let rate = early.stem.rate().as_f64();
    let (of_early, of_late) = (powers(early), powers(late));
    let hop = late.envelope.hop();
    let (early_floor, late_floor) = (THRESHOLDS.sounding * early.loud(), THRESHOLDS.sounding * late.loud());
    let start = |prepared: &PreparedStem<'_>| prepared.stem.begin() as usize / hop;
    let range = start(late)..((frames / hop as f64) as usize + start(early)).min(of_late.len());
    let mut of_before = of_late[range.start.min(range.end)..range.end].to_vec();
    let sounding = of_before.iter().filter(|power| **power > late_floor).count();
    of_before.sort_by(f64::total_cmp);
    let quantile = |share: f64| of_before.get((share * of_before.len() as f64) as usize).copied().unwrap_or(0.0);
    // The first hop holds the silence before it.
    let begins = |powers: &[f64], at: usize, floor: f64| {
        powers.get(at + 1..at + 4).is_some_and(|few| few.iter().all(|p| *p > floor))
    };
    let shift = (frames / hop as f64).round() as usize;
    let common = 1..of_early.len().min(of_late.len().saturating_sub(shift)).saturating_sub(1);
    // A hop is not quite in time with its partner, and neither is what a room adds.
    let around = |powers: &[f64], n: usize| powers[n - 1..=n + 1].iter().copied().fold(0.0, f64::max);
    let alone = |n: &usize| {
        let other = n + shift;
        (of_early[*n] > THRESHOLDS.loud * early.loud() && around(&of_late, other) < late_floor)
            || (of_late[other] > THRESHOLDS.loud * late.loud() && around(&of_early, *n) < early_floor)
    };
    Before {
        length_s: (range.len() * hop) as f64 / rate,
        sounding_s: (sounding * hop) as f64 / rate,
        level_dbfs: dbfs(quantile(0.5), Levels::size(hop)),
        is_steady: quantile(0.95) <= THRESHOLDS.max_steady_ratio * quantile(0.05),
        amid_sound: begins(&of_early, start(early), early_floor) && begins(&of_late, start(late), late_floor),
        alone_s: (common.filter(alone).count() * hop) as f64 / rate,
    }
}

fn powers(prepared: &PreparedStem<'_>) -> Vec<f64> {
    prepared.envelope.running_power().windows(2).map(|pair| pair[1] - pair[0]).collect()
}
