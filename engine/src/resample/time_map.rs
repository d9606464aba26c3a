//! Piecewise-linear map between two clocks: a start, a drift, and changes of the drift. Alignment
//! finds it, resampling follows it, and reports state it.

use serde::{Serialize, Serializer};

/// Change of a drift at one frame.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct DriftChange {
    /// Output frame (of the reference) from which the new drift holds.
    #[serde(rename = "at_samples")]
    pub at: f64,
    /// Drift from there on, as a share; reported in parts per million.
    #[serde(rename = "drift_ppm", serialize_with = "in_ppm")]
    pub drift: f64,
}

/// Parts per million in one.
const PPM: f64 = 1e6;

#[allow(clippy::trivially_copy_pass_by_ref)] // serde passes a reference.
fn in_ppm<S: Serializer>(drift: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(drift * PPM)
}

impl DriftChange {
    /// Returns the drift in parts per million.
    pub fn drift_ppm(&self) -> f64 {
        self.drift * PPM
    }
}

/// Map from output frames to input positions. Output frame `n` is input position `start + n × (1 +
/// drift)`, up to the first change of the drift. From there on it continues at the drift of the
/// change.
///
/// For two stems, the output is the reference and the input the stem that comes later: a position
/// less its frame is the delay.
#[derive(Clone, Debug, PartialEq)]
pub struct TimeMap {
    /// Input position, in frames, of output frame 0; before the first frame there is silence.
    pub start: f64,
    /// Excess of input frames over output frames, as a share.
    pub drift: f64,
    /// Changes of the drift, in order of time.
    pub changes: Vec<DriftChange>,
}

impl TimeMap {
    /// Frame for frame.
    pub const NONE: Self = Self { start: 0.0, drift: 0.0, changes: Vec::new() };

    /// Creates a map from one input position on, without drift.
    pub fn shift(start: f64) -> Self {
        Self { start, drift: 0.0, changes: Vec::new() }
    }

    /// Creates a map from one input position on, with one drift.
    pub fn line(start: f64, drift: f64) -> Self {
        Self { start, drift, changes: Vec::new() }
    }

    /// Returns true if there is no drift at any time.
    pub fn is_shift(&self) -> bool {
        self.drift == 0.0 && self.changes.is_empty()
    }

    /// Returns true if one drift holds for all times.
    pub fn is_straight(&self) -> bool {
        self.changes.is_empty()
    }

    /// Returns the frame of each change of the drift, with what it adds to the drift.
    pub(crate) fn steps(&self) -> impl Iterator<Item = (f64, f64)> {
        let before = std::iter::once(self.drift).chain(self.changes.iter().map(|change| change.drift));
        self.changes.iter().zip(before).map(|(change, before)| (change.at, change.drift - before))
    }

    /// Returns `first`, with the frames that the changes of the drift have added by output frame
    /// `frame`.
    fn with_changes(&self, first: f64, frame: f64) -> f64 {
        self.steps().fold(first, |position, (at, step)| position + (frame - at).max(0.0) * step)
    }

    /// Returns the input position of an output frame, before frame 0 too.
    pub fn input(&self, frame: f64) -> f64 {
        self.with_changes(self.start + frame * (1.0 + self.drift), frame)
    }

    /// Returns the input position less the output frame, in frames. The difference of the two would
    /// lose the last digits.
    pub fn delay(&self, frame: f64) -> f64 {
        self.with_changes(self.start + self.drift * frame, frame)
    }

    /// Returns the drift from an output frame on.
    pub fn drift_at(&self, frame: f64) -> f64 {
        self.changes.iter().rfind(|change| change.at <= frame).map_or(self.drift, |change| change.drift)
    }

    /// Returns the output frame of an input position, before the first change too.
    pub fn output(&self, position: f64) -> f64 {
        let (mut frame, mut start, mut drift) = (0.0, self.start, self.drift);
        for change in &self.changes {
            let next = start + (change.at - frame) * (1.0 + drift);
            if position < next {
                break;
            }
            (frame, start, drift) = (change.at, next, change.drift);
        }
        frame + (position - start) / (1.0 + drift)
    }

    /// Returns the map from output frame `frame` on, of an input that begins `skipped` frames
    /// later.
    #[must_use]
    pub fn from_frame(&self, frame: f64, skipped: f64) -> Self {
        let after = self.changes.iter().filter(|change| change.at > frame);
        Self {
            start: self.input(frame) - skipped,
            drift: self.drift_at(frame),
            changes: after.map(|change| DriftChange { at: change.at - frame, ..*change }).collect(),
        }
    }

    /// Returns the map at a rate `ratio` times as high.
    #[must_use]
    pub fn at_rate(&self, ratio: f64) -> Self {
        Self {
            start: self.start * ratio,
            drift: self.drift,
            changes: self.changes.iter().map(|change| DriftChange { at: change.at * ratio, ..*change }).collect(),
        }
    }

    /// Adds a delay, in frames at output frame 0, and a drift.
    #[must_use]
    pub(crate) fn plus(&self, start: f64, drift: f64) -> Self {
        let changes = self.changes.iter().map(|change| DriftChange { drift: change.drift + drift, ..*change });
        Self { start: self.start + start, drift: self.drift + drift, changes: changes.collect() }
    }

    /// Returns the map whose input is that of `next`, and whose output is that of `self`: `next`
    /// begins at the input of `self`.
    #[must_use]
    pub(crate) fn then(&self, next: &Self) -> Self {
        let mut places: Vec<f64> = self.changes.iter().map(|change| change.at).collect();
        places.extend(next.changes.iter().map(|change| self.output(change.at)));
        let drift = |at: f64| {
            let (first, second) = (self.drift_at(at), next.drift_at(at + self.delay(at)));
            first + second + first * second
        };
        Self::through(places, drift, |at| self.delay(at) + next.delay(at + self.delay(at)))
    }

    /// Returns the map with input and output exchanged.
    #[must_use]
    pub(crate) fn reversed(&self) -> Self {
        let places = self.changes.iter().map(|change| change.at + self.delay(change.at)).collect();
        let drift = |at: f64| (1.0 + self.drift_at(self.output(at))).recip() - 1.0;
        Self::through(places, drift, |at| self.output(at) - at)
    }

    /// Returns the map with changes at `places`, given its drift between them and its delay
    /// anywhere.
    fn through(mut places: Vec<f64>, drift: impl Fn(f64) -> f64, delay: impl Fn(f64) -> f64) -> Self {
        places.sort_by(f64::total_cmp);
        // A frame apart, two changes are one; rounding must not put a place before its own change.
        places.dedup_by(|x, y| (*x - *y).abs() < 1.0);
        let before = places.first().map_or(0.0, |first| first - 2.0);
        let start = drift(before);
        let changes = places.iter().map(|at| DriftChange { at: *at, drift: drift(at + 0.5) }).collect();
        Self { start: delay(before) - start * before, drift: start, changes }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn map(start: f64, drift: f64, changes: &[(f64, f64)]) -> TimeMap {
        TimeMap {
            start,
            drift,
            changes: changes.iter().map(|(at, drift)| DriftChange { at: *at, drift: *drift }).collect(),
        }
    }

    #[test]
    fn positions_follow_the_changes_of_drift() {
        let map = map(-20.0, 1e-4, &[(1e6, -2e-4), (3e6, 5e-4)]);
        for (frame, position) in
            [(-1e3, -1_020.1), (0.0, -20.0), (1e6, 1_000_080.0), (2e6, 1_999_880.0), (4e6, 4_000_180.0)]
        {
            assert!((map.input(frame) - position).abs() < 1e-6, "{frame}: {}", map.input(frame));
            assert!((map.delay(frame) - (position - frame)).abs() < 1e-6, "{frame}: {}", map.delay(frame));
            assert!((map.output(position) - frame).abs() < 1e-6, "{position}: {}", map.output(position));
        }
        assert_eq!([0.0, 1e6, 2.9e6, 4e6].map(|at| map.drift_at(at)), [1e-4, -2e-4, -2e-4, 5e-4]);
    }

    #[test]
    fn a_change_is_reported_in_parts_per_million() {
        let change = DriftChange { at: 48_000.0, drift: 25e-6 };
        assert_eq!(serde_json::json!(change), serde_json::json!({ "at_samples": 48_000.0, "drift_ppm": 25.0 }));
        assert_eq!(change.drift_ppm(), 25.0);
    }

    /// Largest error allowed, in frames: rounding of positions of ten million frames.
    const NEAR: f64 = 1e-6;

    prop_compose! {
        /// A map of up to two hours at 48 kHz, with drifts of clocks and up to three changes.
        fn any_map()(
            start in -1e5..1e5,
            drift in -1e-3..1e-3,
            changes in prop::collection::vec((1e4..3e6, -1e-3..1e-3), 0..4),
        ) -> TimeMap {
            let mut at = 0.0;
            let changes: Vec<_> = changes.into_iter().map(|(step, drift)| { at += step; (at, drift) }).collect();
            map(start, drift, &changes)
        }
    }

    proptest! {
        #[test]
        fn output_is_the_inverse_of_input(map in any_map(), frame in -1e5..1e7) {
            prop_assert!((map.output(map.input(frame)) - frame).abs() < NEAR);
            prop_assert!((map.input(map.output(frame)) - frame).abs() < NEAR);
            prop_assert!((map.input(frame) - frame - map.delay(frame)).abs() < NEAR);
        }

        #[test]
        fn a_map_reversed_twice_is_itself(map in any_map(), frame in -1e5..1e7) {
            let reversed = map.reversed();
            prop_assert!((reversed.input(map.input(frame)) - frame).abs() < NEAR);
            prop_assert!((reversed.reversed().input(frame) - map.input(frame)).abs() < NEAR);
        }

        #[test]
        fn maps_follow_each_other(first in any_map(), second in any_map(), frame in -1e5..1e7) {
            let both = first.then(&second);
            prop_assert!((both.input(frame) - second.input(first.input(frame))).abs() < NEAR * 10.0);
            let none = first.then(&first.reversed());
            prop_assert!((none.input(frame) - frame).abs() < NEAR * 10.0);
        }

        #[test]
        fn parts_and_other_rates_agree(map in any_map(), from in 0.0..5e6, frame in 0.0..5e6, ratio in 0.1..10.0) {
            let part = map.from_frame(from, 100.0);
            prop_assert!((part.input(frame) - (map.input(frame + from) - 100.0)).abs() < NEAR);
            prop_assert!((map.at_rate(ratio).input(frame * ratio) - map.input(frame) * ratio).abs() < NEAR * 10.0);
            let back = map.at_rate(ratio).at_rate(ratio.recip());
            prop_assert!((back.input(frame) - map.input(frame)).abs() < NEAR);
        }

        #[test]
        fn a_delay_added_and_taken_off_is_none(map in any_map(), start in -1e4..1e4, drift in -1e-3..1e-3, frame in 0.0..1e7) {
            let more = map.plus(start, drift);
            prop_assert!((more.delay(frame) - (map.delay(frame) + start + drift * frame)).abs() < NEAR);
            prop_assert!((more.plus(-start, -drift).delay(frame) - map.delay(frame)).abs() < NEAR);
        }
    }
}
