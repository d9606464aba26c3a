//! Evidence for and against one hypothesis of tempo and beats.

use super::features::Features;
use super::tracker::Track;
use crate::onsets::find_peaks;
use crate::tempo::{Curve, Repetition};

/// Number of values.
pub(super) const VALUES: usize = 49;

/// Frames around a beat that count as the beat: 30 ms.
const REACH: usize = 3;

/// Repetition of the curves of a song, and its onsets, computed once.
#[derive(Debug)]
pub(super) struct Repetitions {
    pub(super) beat: Repetition,
    pub(super) low: Repetition,
    pub(super) all: Repetition,
    onsets: f64,
}

impl Repetitions {
    pub(super) fn new(features: &Features) -> Self {
        Self {
            beat: Repetition::new(features.beat.values()),
            low: Repetition::new(features.pulse.low.values()),
            all: Repetition::new(features.pulse.all.values()),
            onsets: find_peaks(&features.pulse.flux).len() as f64,
        }
    }
}

/// Returns the values of a hypothesis, each about -3 to 3. `likelihood` is that of its track less
/// that of the likeliest hypothesis.
pub(super) fn evidence(features: &Features, repeats: &Repetitions, track: &Track, likelihood: f64) -> [f64; VALUES] {
    let beats = &track.beats_s;
    let period = period(beats);
    let pulse = &features.pulse;
    let low_over_middle = |time: f64| pulse.low.largest_near(time, REACH) - pulse.middle.largest_near(time, REACH);
    let pitches = |time: f64| features.pitches.change(time, period.min(1.0));
    let bass_pitches =
        |time: f64| features.bass_pitches.as_ref().map_or(0.0, |pitches| pitches.change(time, period.min(1.0)));
    let flux = |curve: &Option<Curve>, time: f64| curve.as_ref().map_or(0.0, |curve| curve.largest_near(time, REACH));
    let near = |curve: &Curve, time: f64| curve.largest_near(time, REACH);

    let mut values = Values::default();
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
    let onsets = (repeats.onsets / beats.len().max(1) as f64 + 0.1).log2();
    values.add([onsets, onsets * onsets]);
    for periods in [0.5, 1.0, 1.5, 2.0, 3.0, 4.0] {
        values.add([repeats.all.after(periods * period)]);
    }
    values.add([repeats.beat.of_period(period), repeats.low.of_period(period), repeats.all.of_period(period)]);
    values.list
}

/// Returns the median time between beats in seconds, 0.5 with fewer than two.
pub(super) fn period(beats: &[f64]) -> f64 {
    let mut gaps: Vec<f64> = beats.windows(2).map(|pair| pair[1] - pair[0]).collect();
    gaps.sort_unstable_by(f64::total_cmp);
    if gaps.is_empty() {
        return 0.5;
    }
    // Times lie on frames: the mean of the middle half is finer than a frame.
    let middle = &gaps[gaps.len() / 4..gaps.len() - gaps.len() / 4];
    middle.iter().sum::<f64>() / middle.len() as f64
}

/// Returns means on beats, half-way, at thirds and at quarters between them.
fn at_parts(beats: &[f64], value: impl Fn(f64) -> f64) -> [f64; 4] {
    let mean = |parts: &[f64]| {
        let times =
            beats.windows(2).flat_map(|pair| parts.iter().map(move |part| pair[0] + part * (pair[1] - pair[0])));
        let (sum, count) = times.fold((0.0, 0.0f64), |(sum, count), time| (sum + value(time), count + 1.0));
        sum / count.max(1.0)
    };
    [mean(&[0.0]), mean(&[0.5]), mean(&[1.0 / 3.0, 2.0 / 3.0]), mean(&[0.25, 0.75])]
}

/// Returns by how much every `cycle`-th beat at the best phase exceeds or is below the others.
fn alternation(beats: &[f64], cycle: usize, value: impl Fn(f64) -> f64) -> f64 {
    let values: Vec<f64> = beats.iter().map(|&beat| value(beat)).collect();
    if values.len() < 2 * cycle {
        return 0.0;
    }
    let sum: f64 = values.iter().sum();
    let contrast = |phase: usize| {
        let (part, count) =
            values.iter().skip(phase).step_by(cycle).fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
        (part / count - (sum - part) / (values.len() as f64 - count)).abs()
    };
    (0..cycle).map(contrast).fold(0.0, f64::max)
}

struct Values {
    list: [f64; VALUES],
    count: usize,
}

impl Default for Values {
    fn default() -> Self {
        Self { list: [0.0; VALUES], count: 0 }
    }
}

impl Values {
    fn add<const COUNT: usize>(&mut self, values: [f64; COUNT]) {
        self.list[self.count..self.count + COUNT].copy_from_slice(&values);
        self.count += COUNT;
    }
}
