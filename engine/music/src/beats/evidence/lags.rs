//! Evidence of repetition after parts and multiples of a period.

use super::super::features::Features;
use super::super::pitch::Likeness;
use super::{Changes, Values};
use crate::tempo::{Curve, Repetition};

/// Number of values.
pub(super) const VALUES: usize = 55;
/// Frames of flux, and of pitches, around a lag that count as the lag.
const REACH: usize = 2;
const PITCH_REACH: usize = 5;
/// Lags of each curve, in periods.
const OF_DRUMS: [f64; 5] = [0.5, 1.0, 2.0, 3.0, 4.0];
const OF_CYMBALS: [f64; 5] = [0.25, 1.0 / 3.0, 0.5, 1.0, 2.0];
const OF_BASS: [f64; 4] = [0.5, 1.0, 2.0, 4.0];
const OF_REST: [f64; 4] = [0.25, 0.5, 1.0, 2.0];
const OF_HARMONY: [f64; 6] = [0.5, 1.0, 2.0, 3.0, 4.0, 8.0];
const OF_DOWNBEATS: [f64; 5] = [1.0, 2.0, 3.0, 4.0, 6.0];
const OF_CHORDS: [f64; 6] = [1.0, 2.0, 3.0, 4.0, 6.0, 8.0];
const OF_BASS_LINE: [f64; 3] = [1.0, 2.0, 4.0];
/// Lags of snares after or before kicks, and of cymbals, in periods.
const OF_SNARES: [f64; 5] = [0.0, 0.5, 1.0, 1.5, 2.0];
const OF_KICKED_CYMBALS: [f64; 3] = [0.0, 0.5, 1.0];

/// Repetition of the curves of a song.
#[derive(Debug)]
pub(super) struct Lags<'a> {
    kicks: Repetition,
    snares: Repetition,
    cymbals: Repetition,
    bass: Option<Repetition>,
    rest: Option<Repetition>,
    harmony: Repetition,
    bass_changes: Option<Repetition>,
    downbeats: Repetition,
    chords: Likeness,
    bass_line: Option<Likeness>,
    features: &'a Features,
}

impl<'a> Lags<'a> {
    pub(super) fn new(features: &'a Features, changes: &Changes) -> Self {
        let of = |curve: &Curve| Repetition::new(curve.values());
        let pulse = &features.pulse;
        Self {
            kicks: of(&pulse.low),
            snares: of(&pulse.middle),
            cymbals: of(&pulse.high),
            bass: features.bass.as_ref().map(of),
            rest: features.rest.as_ref().map(of),
            harmony: of(&changes.harmony),
            bass_changes: changes.bass.as_ref().map(of),
            downbeats: of(&features.downbeat),
            chords: Likeness::new(&features.pitches),
            bass_line: features.bass_pitches.as_ref().map(Likeness::new),
            features,
        }
    }

    pub(super) fn add(&self, values: &mut Values, period_s: f64) {
        let near = |curve: &Repetition, lag: f64, reach: usize| curve.largest_near(lag * period_s, reach);
        let maybe = |curve: &Option<Repetition>, lag: f64, reach: usize| {
            curve.as_ref().map_or(0.0, |curve| near(curve, lag, reach))
        };
        values.add(OF_DRUMS.map(|lag| near(&self.kicks, lag, REACH)));
        values.add(OF_DRUMS.map(|lag| near(&self.snares, lag, REACH)));
        values.add(OF_CYMBALS.map(|lag| near(&self.cymbals, lag, REACH)));
        values.add(OF_BASS.map(|lag| maybe(&self.bass, lag, REACH)));
        values.add(OF_REST.map(|lag| maybe(&self.rest, lag, REACH)));
        values.add(OF_HARMONY.map(|lag| near(&self.harmony, lag, PITCH_REACH)));
        values.add(OF_BASS.map(|lag| maybe(&self.bass_changes, lag, PITCH_REACH)));
        values.add(OF_DOWNBEATS.map(|lag| near(&self.downbeats, lag, REACH)));
        values.add(OF_CHORDS.map(|lag| self.chords.after(lag * period_s)));
        values.add(OF_BASS_LINE.map(|lag| self.bass_line.as_ref().map_or(0.0, |line| line.after(lag * period_s))));
        let pulse = &self.features.pulse;
        values.add(OF_SNARES.map(|lag| pulse.low.coincidence(&pulse.middle, lag * period_s)));
        values.add(OF_KICKED_CYMBALS.map(|lag| pulse.low.coincidence(&pulse.high, lag * period_s)));
    }
}
