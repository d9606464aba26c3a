//! Map from output frames to input positions: a start, a drift, and changes of the drift.

/// Map from output frames to input positions. Output frame `n` is input position `start + n × (1 +
/// drift)`, up to the first change of the drift. From there on it continues at the drift of the
/// change.
#[derive(Clone, Debug, PartialEq)]
pub struct TimeMap {
    /// Input position, in frames, of output frame 0; before the first frame there is silence.
    pub start: f64,
    /// Excess of input frames over output frames, as a share.
    pub drift: f64,
    /// Output frames above 0, in order, each with the drift from there on.
    pub changes: Vec<(f64, f64)>,
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

    /// Returns the input position of an output frame, before frame 0 too.
    pub fn input(&self, frame: f64) -> f64 {
        let mut last = self.drift;
        self.changes.iter().fold(self.start + frame * (1.0 + self.drift), |position, (at, drift)| {
            position + (frame - at).max(0.0) * (drift - std::mem::replace(&mut last, *drift))
        })
    }

    /// Returns the output frame of an input position.
    pub fn output(&self, position: f64) -> f64 {
        let (mut frame, mut start, mut drift) = (0.0, self.start, self.drift);
        for (at, then) in &self.changes {
            let next = start + (at - frame) * (1.0 + drift);
            if position < next {
                break;
            }
            (frame, start, drift) = (*at, next, *then);
        }
        frame + (position - start) / (1.0 + drift)
    }

    /// Returns the map from output frame `frame` on, of an input that begins `skipped` frames
    /// later.
    #[must_use]
    pub fn from(&self, frame: f64, skipped: f64) -> Self {
        let before = self.changes.iter().rfind(|(at, _)| *at <= frame);
        Self {
            start: self.input(frame) - skipped,
            drift: before.map_or(self.drift, |(_, drift)| *drift),
            changes: self
                .changes
                .iter()
                .filter(|(at, _)| *at > frame)
                .map(|(at, drift)| (at - frame, *drift))
                .collect(),
        }
    }

    /// Returns the map at a rate `ratio` times as high.
    #[must_use]
    pub fn at_rate(&self, ratio: f64) -> Self {
        Self {
            start: self.start * ratio,
            drift: self.drift,
            changes: self.changes.iter().map(|(at, drift)| (at * ratio, *drift)).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_run_on_through_changes_and_back() {
        let warp = TimeMap { start: -20.0, drift: 1e-4, changes: vec![(1e6, -2e-4), (3e6, 5e-4)] };
        for (frame, position) in
            [(-1e3, -1_020.1), (0.0, -20.0), (1e6, 1_000_080.0), (2e6, 1_999_880.0), (4e6, 4_000_180.0)]
        {
            assert!((warp.input(frame) - position).abs() < 1e-6, "{frame}: {}", warp.input(frame));
            assert!((warp.output(position) - frame).abs() < 1e-6, "{position}: {}", warp.output(position));
        }
    }

    #[test]
    fn a_part_and_another_rate_say_the_same() {
        let warp = TimeMap { start: 7.0, drift: 1e-4, changes: vec![(1e6, -2e-4), (3e6, 5e-4)] };
        let part = warp.from(2e6, 100.0);
        assert_eq!(part.changes, [(1e6, 5e-4)]);
        let half = warp.at_rate(0.5);
        for frame in [0.0, 5e5, 2e6] {
            assert!((part.input(frame) - (warp.input(frame + 2e6) - 100.0)).abs() < 1e-6);
            assert!((half.input(frame / 2.0) - warp.input(frame) / 2.0).abs() < 1e-6);
        }
    }
}
