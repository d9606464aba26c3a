//! Evidence of bars: a right tempo has beats that make bars of a usual length.

use super::super::analysis::beat_evidence;
use super::super::features::Features;
use super::Values;
use crate::metre::{BarFit, bar_fits};

/// Number of values.
pub(super) const VALUES: usize = 16;
/// Fewest beats whose bars count.
const FEWEST_BEATS: usize = 16;
/// Usual length of a bar, in seconds.
const USUAL_S: f64 = 2.0;
/// Scale of scores, so that values are about 1.
const SCALE: f64 = 0.1;
/// Numbers of beats in a bar whose fit counts by itself.
const LENGTHS: [usize; 4] = [2, 3, 4, 6];

pub(super) fn add(values: &mut Values, features: &Features, beats_s: &[f64], period_s: f64) {
    let fits = if beats_s.len() < FEWEST_BEATS { None } else { bar_fits(&beat_evidence(features, beats_s, period_s)) };
    let Some(fits) = fits else {
        values.add([0.0; VALUES]);
        return;
    };
    for length in LENGTHS {
        let fit = fits.iter().find(|fit| fit.length == length);
        values.add(fit.map_or([0.0; 2], |fit| [fit.downbeats, fit.repetition]));
    }
    let best = fits.iter().map(|fit| fit.score).fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = fits.iter().map(|fit| (fit.score - best).exp()).sum();
    let share = |fit: &BarFit| (fit.score - best).exp() / sum;
    let octaves = |fit: &BarFit| (fit.length as f64 * period_s / USUAL_S).log2();
    let mean = |value: &dyn Fn(&BarFit) -> f64| fits.iter().map(|fit| share(fit) * value(fit)).sum::<f64>();
    let of = |length: usize| mean(&|fit| f64::from(u8::from(fit.length == length)));
    values.add([SCALE * best, 1.0 / sum, mean(&octaves), mean(&|fit| octaves(fit).powi(2))]);
    values.add(LENGTHS.map(of));
}
