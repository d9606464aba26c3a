//! Times in seconds against positions in beats.

use thiserror::Error;

/// Error of beats that give no timeline.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum TimelineError {
    /// Fewer than two beats.
    #[error("there are {0} beats; a score needs at least two")]
    FewBeats(usize),
    /// Beats that do not rise, or are not finite.
    #[error("the beats do not rise: beat {} is at {time_s} s", index + 1)]
    Order {
        /// Index of the beat.
        index: usize,
        /// Its time.
        time_s: f64,
    },
    /// Beats that are too close to each other to be beats.
    #[error("beat {} follows {step_s} s after the one before; a score needs at least {MIN_STEP_S} s", index + 1)]
    Dense {
        /// Index of the beat.
        index: usize,
        /// Time from the beat before it.
        step_s: f64,
    },
    /// No beat opens a bar.
    #[error("no beat opens a bar; a score needs bars")]
    NoBars,
    /// A number of beats that no bar has.
    #[error("{0} beats a bar; a score needs 1 to 32")]
    BeatsPerBar(u32),
}

/// The beats of a song. Positions count beats from the start of bar 1; between beats they are
/// interpolated, outside of them the nearest tempo holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Timeline {
    beats_s: Vec<f64>,
    first_downbeat: usize,
    beats_per_bar: u32,
}

/// Beats whose mean tempo holds before the first or after the last beat.
const EDGE_BEATS: usize = 4;

/// Shortest beat, in seconds: 1200 a minute.
const MIN_STEP_S: f64 = 0.05;

/// Most beats in a bar.
const MAX_BEATS_PER_BAR: u32 = 32;

impl Timeline {
    /// Creates a timeline from times of beats and of those that open bars. Bars are of one length:
    /// the phase that most downbeats share wins.
    ///
    /// # Errors
    /// If there are fewer than two beats, they do not rise, or none opens a bar.
    pub fn new(beats_s: &[f64], downbeats_s: &[f64], beats_per_bar: u32) -> Result<Self, TimelineError> {
        if !(1..=MAX_BEATS_PER_BAR).contains(&beats_per_bar) {
            return Err(TimelineError::BeatsPerBar(beats_per_bar));
        }
        if beats_s.len() < 2 {
            return Err(TimelineError::FewBeats(beats_s.len()));
        }
        let mut before = f64::NEG_INFINITY;
        for (index, &time_s) in beats_s.iter().enumerate() {
            if !time_s.is_finite() || time_s <= before {
                return Err(TimelineError::Order { index, time_s });
            }
            if time_s - before < MIN_STEP_S {
                return Err(TimelineError::Dense { index, step_s: time_s - before });
            }
            before = time_s;
        }
        let mut votes = vec![0_usize; beats_per_bar as usize];
        for downbeat in downbeats_s.iter().filter(|time| time.is_finite()) {
            votes[nearest(beats_s, *downbeat) % beats_per_bar as usize] += 1;
        }
        // Of equal phases the earliest wins.
        let most = votes.iter().copied().max().filter(|most| *most > 0).ok_or(TimelineError::NoBars)?;
        let first_downbeat = votes.iter().position(|count| *count == most).unwrap_or(0);
        Ok(Self { beats_s: beats_s.to_vec(), first_downbeat, beats_per_bar })
    }

    /// Returns the position of a time in seconds, in beats from bar 1.
    pub fn position(&self, time_s: f64) -> f64 {
        let beats = &self.beats_s;
        let last = beats.len() - 1;
        let index = if time_s < beats[0] {
            (time_s - beats[0]) / self.edge(0)
        } else if time_s >= beats[last] {
            last as f64 + (time_s - beats[last]) / self.edge(last)
        } else {
            let before = beats.partition_point(|beat| *beat <= time_s) - 1;
            before as f64 + (time_s - beats[before]) / (beats[before + 1] - beats[before])
        };
        index - self.first_downbeat as f64
    }

    /// Returns the time in seconds of a position in beats from bar 1.
    pub fn time_s(&self, position: f64) -> f64 {
        let index = position + self.first_downbeat as f64;
        let beats = &self.beats_s;
        let last = beats.len() - 1;
        if index < 0.0 {
            beats[0] + index * self.edge(0)
        } else if index >= last as f64 {
            beats[last] + (index - last as f64) * self.edge(last)
        } else {
            let before = index as usize;
            beats[before] + (index - before as f64) * (beats[before + 1] - beats[before])
        }
    }

    /// Returns the number of beats in a bar.
    pub fn beats_per_bar(&self) -> u32 {
        self.beats_per_bar
    }

    /// Returns the times of the beats, in seconds.
    pub fn beats_s(&self) -> &[f64] {
        &self.beats_s
    }

    /// Returns the median length of a beat, in seconds.
    pub fn beat_length_s(&self) -> f64 {
        let mut steps: Vec<f64> = self.beats_s.windows(2).map(|two| two[1] - two[0]).collect();
        steps.sort_by(f64::total_cmp);
        steps[steps.len() / 2]
    }

    /// Returns the mean length of a beat beside the first or the last.
    fn edge(&self, index: usize) -> f64 {
        let beats = &self.beats_s;
        let steps = EDGE_BEATS.min(beats.len() - 1);
        let first = if index == 0 { 0 } else { index - steps };
        (beats[first + steps] - beats[first]) / steps as f64
    }
}

fn nearest(beats_s: &[f64], time_s: f64) -> usize {
    let after = beats_s.partition_point(|beat| *beat < time_s).min(beats_s.len() - 1);
    let before = after.saturating_sub(1);
    if (time_s - beats_s[before]).abs() <= (beats_s[after] - time_s).abs() { before } else { after }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_follow_a_tempo_that_changes_and_come_back() {
        let beats = [1.0, 1.5, 2.0, 3.0, 4.0, 5.0];
        let timeline = Timeline::new(&beats, &[2.0], 4).unwrap();
        for (time_s, position) in [(2.0, 0.0), (2.5, 0.5), (1.25, -1.5), (1.0, -2.0), (4.5, 2.5)] {
            assert!((timeline.position(time_s) - position).abs() < 1e-12, "{time_s}");
            assert!((timeline.time_s(position) - time_s).abs() < 1e-12, "{time_s}");
        }
        // Outside, four beats give the tempo: 0.75 s before, 0.875 s after.
        assert!((timeline.position(0.25) + 3.0).abs() < 1e-12);
        assert!((timeline.position(5.875) - 4.0).abs() < 1e-12);
        assert!((timeline.time_s(-3.0) - 0.25).abs() < 1e-12);
    }

    #[test]
    fn the_phase_of_most_downbeats_opens_bar_one() {
        let beats: Vec<f64> = (0..13).map(f64::from).collect();
        assert_eq!(Timeline::new(&beats, &[0.0, 2.0, 5.0, 8.02], 3).unwrap().position(2.0), 0.0);
    }

    #[test]
    fn beats_without_order_or_bars_are_refused() {
        assert_eq!(Timeline::new(&[1.0], &[1.0], 4), Err(TimelineError::FewBeats(1)));
        assert_eq!(Timeline::new(&[1.0, 2.0], &[], 4), Err(TimelineError::NoBars));
        assert_eq!(Timeline::new(&[1.0, 2.0], &[1.0], 0), Err(TimelineError::BeatsPerBar(0)));
        let error = Timeline::new(&[1.0, 1.0], &[1.0], 4).unwrap_err();
        assert_eq!(error.to_string(), "the beats do not rise: beat 2 is at 1 s");
        assert!(Timeline::new(&[1.0, f64::NAN], &[1.0], 4).is_err());
        assert!(matches!(Timeline::new(&[1.0, 1.001], &[1.0], 4), Err(TimelineError::Dense { index: 1, .. })));
    }
}
