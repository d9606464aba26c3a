//! Evidence of the pulse: flux, network and changes on beats and between them.

use super::super::features::Features;
use super::parts::{alternation, at_parts, period};
use super::{REACH, Values};
use crate::onsets::find_peaks;
use crate::tempo::{Curve, Repetition};

/// Number of values.
pub(super) const VALUES: usize = 49;

/// Repetition of the pulse of a song, and its onsets.
#[derive(Debug)]
pub(super) struct Pulses {
    pub(super) beat: Repetition,
    pub(super) low: Repetition,
    pub(super) all: Repetition,
    onsets: f64,
}

impl Pulses {
    pub(super) fn new(features: &Features) -> Self {
        Self {
            beat: Repetition::new(features.beat.values()),
            low: Repetition::new(features.pulse.low.values()),
            all: Repetition::new(features.pulse.all.values()),
            onsets: find_peaks(&features.pulse.flux).len() as f64,
        }
    }

    /// Adds values of tracked beats. `likelihood` is that of the track less that of the likeliest
    /// hypothesis.
    pub(super) fn add(&self, values: &mut Values, features: &Features, beats: &[f64], likelihood: f64) {
        let period = period(beats);
        let pulse = &features.pulse;
        let low_over_middle = |time: f64| pulse.low.largest_near(time, REACH) - pulse.middle.largest_near(time, REACH);
        let pitches = |time: f64| features.pitches.change(time, period.min(1.0));
        let bass_pitches =
            |time: f64| features.bass_pitches.as_ref().map_or(0.0, |pitches| pitches.change(time, period.min(1.0)));
        let flux =
            |curve: &Option<Curve>, time: f64| curve.as_ref().map_or(0.0, |curve| curve.largest_near(time, REACH));
        let near = |curve: &Curve, time: f64| curve.largest_near(time, REACH);

        let octaves = (120.0 * period / 60.0).log2();
        values.add([octaves, octaves * octaves, octaves.powi(3), likelihood * 10.0]);
        for curve in [&features.beat, &pulse.all] {
            let [on, half, thirds, quarters] = at_parts(beats, |time| near(curve, time));
            values.add([on, half, thirds, quarters]);
        }
        for curve in [&pulse.low, &pulse.middle, &pulse.high] {
            let [on, half, _, quarters] = at_parts(beats, |time| near(curve, time));
            values.add([on, half, quarters]);
        }
        let [bass, bass_half, ..] = at_parts(beats, |time| flux(&features.bass, time));
        let [rest, rest_half, ..] = at_parts(beats, |time| flux(&features.rest, time));
        let [change, change_half, ..] = at_parts(beats, pitches);
        let [bass_change, bass_change_half, ..] = at_parts(beats, bass_pitches);
        values.add([bass, bass_half, rest, rest_half, change, change_half, bass_change, bass_change_half]);
        let [kick, kick_half, ..] = at_parts(beats, low_over_middle);
        values.add([(kick - kick_half).abs()]);
        values.add([
            alternation(beats, 2, low_over_middle),
            alternation(beats, 2, |time| near(&features.downbeat, time)),
            alternation(beats, 2, pitches),
            alternation(beats, 2, |time| near(&pulse.all, time)),
            alternation(beats, 3, pitches),
            alternation(beats, 3, |time| near(&features.downbeat, time)),
            alternation(beats, 4, pitches),
            alternation(beats, 4, |time| near(&features.downbeat, time)),
        ]);
        let onsets = (self.onsets / beats.len().max(1) as f64 + 0.1).log2();
        values.add([onsets, onsets * onsets]);
        for periods in [0.5, 1.0, 1.5, 2.0, 3.0, 4.0] {
            values.add([self.all.after(periods * period)]);
        }
        values.add([self.beat.of_period(period), self.low.of_period(period), self.all.of_period(period)]);
    }
}
