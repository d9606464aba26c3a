//! Evidence of accents: which parts of a beat have onsets, and how they alternate within bars.

use super::super::features::Features;
use super::parts::{alternation, at_parts};
use super::{REACH, Values};
use crate::tempo::Curve;

/// Number of values.
pub(super) const VALUES: usize = 24;

pub(super) fn add(values: &mut Values, features: &Features, beats_s: &[f64], period_s: f64) {
    let pulse = &features.pulse;
    let near = |curve: &Curve, time: f64| curve.largest_near(time, REACH);
    let curves =
        [features.bass.as_ref(), features.rest.as_ref(), Some(&pulse.middle), Some(&pulse.low), Some(&pulse.high)];
    for curve in curves {
        let [on, half, thirds, quarters] = at_parts(beats_s, |time| curve.map_or(0.0, |curve| near(curve, time)));
        values.add([on - half, half - quarters, thirds - quarters]);
    }
    let kick = |time: f64| near(&pulse.low, time) - near(&pulse.middle, time);
    let maybe = |curve: &Option<Curve>, time: f64| curve.as_ref().map_or(0.0, |curve| near(curve, time));
    let halves: Vec<f64> = beats_s.windows(2).flat_map(|pair| [pair[0], f64::midpoint(pair[0], pair[1])]).collect();
    values.add([
        alternation(&halves, 2, kick),
        alternation(&halves, 4, kick),
        alternation(beats_s, 3, kick),
        alternation(beats_s, 4, kick),
        alternation(beats_s, 2, |time| maybe(&features.bass, time)),
        alternation(beats_s, 4, |time| maybe(&features.bass, time)),
        alternation(beats_s, 2, |time| near(&pulse.middle, time)),
        alternation(beats_s, 2, |time| maybe(&features.rest, time)),
    ]);
    values.add([(2.0 * period_s).log2().abs()]);
}
