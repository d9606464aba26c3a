//! Evidence of how many events there are for each beat.

use super::super::features::Features;
use super::{Changes, Values};
use crate::onsets::find_peaks;
use crate::tempo::Curve;

/// Kinds of events: kicks, snares, cymbals, onsets of bass and rest, changes of harmony and bass.
const KINDS: usize = 7;
/// Number of values.
pub(super) const VALUES: usize = 2 * KINDS + 2;
/// Flux of an event, as a share of that of strong ones.
const LEAST_FLUX: f32 = 0.3;
/// Change of pitches at an event.
const LEAST_CHANGE: f32 = 0.25;
/// Share of all events in one beat that has the logarithm of 0.1: without any.
const NONE: f64 = 0.1;

/// Rates of events of a song.
#[derive(Debug)]
pub(super) struct Rates {
    /// Events a second of each kind; 0 of a kind that is not known.
    each: [f64; KINDS],
    with_drums: bool,
}

impl Rates {
    pub(super) fn new(features: &Features, changes: &Changes) -> Self {
        let onsets = find_peaks(&features.mix);
        let seconds =
            onsets.first().zip(onsets.last()).map_or(1.0, |(first, last)| last.time_s - first.time_s).max(1.0);
        let rate = |curve: &Curve, least: f32| {
            find_peaks(curve.values()).iter().filter(|peak| peak.strength > least).count() as f64 / seconds
        };
        let flux = |curve: Option<&Curve>| curve.map_or(0.0, |curve| rate(curve, LEAST_FLUX));
        let pulse = &features.pulse;
        let each = [
            flux(Some(&pulse.low)),
            flux(Some(&pulse.middle)),
            flux(Some(&pulse.high)),
            flux(features.bass.as_ref()),
            flux(features.rest.as_ref()),
            rate(&changes.harmony, LEAST_CHANGE),
            changes.bass.as_ref().map_or(0.0, |curve| rate(curve, LEAST_CHANGE)),
        ];
        Self { each, with_drums: features.with_drums }
    }

    /// Adds the logarithms of events a beat, and their squares.
    pub(super) fn add(&self, values: &mut Values, period_s: f64) {
        for rate in self.each {
            let events = if rate > 0.0 { (rate * period_s + NONE).log2() } else { 0.0 };
            values.add([events, events * events]);
        }
        // Without drums a beat is less bound to a range of tempi.
        let octaves = if self.with_drums { 0.0 } else { (2.0 * period_s).log2() };
        values.add([octaves, octaves * octaves]);
    }
}
