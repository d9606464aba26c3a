//! The limiter's gain reduction over time: the largest of every meter interval of the output.

use crate::meter::{interval_start, rounded};
use crate::units::SampleRate;

/// Collects the largest reduction of every 100 ms. The caller splits its blocks where
/// [`ReductionSeries::left`] ends, so that the series does not depend on block sizes.
#[derive(Clone, Debug)]
pub struct ReductionSeries {
    rate: SampleRate,
    /// Frames at the start that are not output.
    latency: u64,
    /// Frames processed so far.
    position: u64,
    /// Largest reduction of the running interval, in dB.
    running_db: f64,
    /// Number of completed intervals.
    intervals: u64,
    values: Vec<f64>,
}

impl ReductionSeries {
    /// Creates an empty series for a limiter with a latency of `latency` frames. Control thread.
    pub fn new(rate: SampleRate, latency: u64) -> Self {
        Self { rate, latency, position: 0, running_db: 0.0, intervals: 0, values: Vec::new() }
    }

    /// Returns the number of frames until the end of the interval, when the limiter's reduction is
    /// due.
    pub fn left(&self) -> u64 {
        self.cut() - self.position
    }

    fn cut(&self) -> u64 {
        if self.position < self.latency {
            self.latency
        } else {
            self.latency + interval_start(self.rate, self.intervals + 1)
        }
    }

    /// Adds the largest reduction, in dB, of the next `frames`: no more than
    /// [`ReductionSeries::left`].
    pub fn add(&mut self, frames: u64, max_db: f64) {
        let (before_output, end) = (self.position < self.latency, self.cut());
        self.position += frames;
        if before_output {
            return;
        }
        self.running_db = self.running_db.max(max_db);
        if self.position == end {
            self.values.push(rounded(std::mem::take(&mut self.running_db), 2));
            self.intervals += 1;
        }
    }

    /// Returns the stored values of completed intervals, as in [`ReductionSeries::into_values`].
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// Discards the stored values, to reuse their memory.
    pub fn forget_values(&mut self) {
        self.values.clear();
    }

    /// Returns one value every 100 ms since they were last forgotten, in dB, 0 or more, rounded to
    /// 0.01; the last interval may be shorter.
    pub fn into_values(mut self) -> Vec<f64> {
        if self.position > self.latency + interval_start(self.rate, self.intervals) {
            self.values.push(rounded(self.running_db, 2));
        }
        self.values
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reductions_before_the_output_are_left_out() {
        let mut series = ReductionSeries::new(SampleRate::new(1_000).unwrap(), 30);
        let mut requested = Vec::new();
        // One decibel per frame of position, for 30 + 250 frames.
        let mut position = 0;
        while position < 280 {
            let frames = series.left().min(280 - position).min(64);
            position += frames;
            requested.push(frames);
            series.add(frames, position as f64);
        }
        assert_eq!(requested, [30, 64, 36, 64, 36, 50]);
        assert_eq!(series.values(), [130.0, 230.0]);
        assert_eq!(series.clone().into_values(), [130.0, 230.0, 280.0]);
        series.forget_values();
        assert_eq!(series.into_values(), [280.0]);
    }
}
