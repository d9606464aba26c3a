//! A strip's levels over time, thinned out to what the page's tables show of them.

use super::markup::area_path;
use super::plot::WIDTH;
use crate::meter::{INTERVAL_MS, SeriesValue};

/// Points of a track's small waveform.
const POINTS: usize = 300;

/// Levels of a strip for the tables, gathered value by value, so that no series needs to be held.
#[derive(Clone, Debug, PartialEq)]
pub struct Outline {
    /// Values of the series.
    intervals: usize,
    /// Values per point; the last may have fewer.
    together: usize,
    /// The largest peak of each point, dBFS.
    peaks_dbfs: Vec<Option<f64>>,
    energy: f64,
    added: usize,
}

impl Outline {
    /// Creates an empty outline for a series of `intervals` values. Allocates.
    pub fn new(intervals: usize) -> Self {
        let together = intervals.div_ceil(POINTS).max(1);
        let peaks_dbfs = vec![None; intervals.div_ceil(together)];
        // An empty sum of floats is −0.
        Self { intervals, together, peaks_dbfs, energy: -0.0, added: 0 }
    }

    /// Returns the function that adds the next value of the reading with this key: of the peaks and
    /// the mean squares. An outline receives at most as many of each as [`Outline::new`] was given.
    pub fn adding(key: &str) -> fn(&mut Self, SeriesValue) {
        match key {
            "peak_dbfs" => Self::add_peak,
            "energy" => Self::add_energy,
            _ => |_, _| (),
        }
    }

    fn add_peak(&mut self, peak: SeriesValue) {
        if let (Some(point), SeriesValue::Level(peak_dbfs)) =
            (self.peaks_dbfs.get_mut(self.added / self.together), peak)
        {
            *point = [*point, peak_dbfs.map(f64::from)].into_iter().flatten().reduce(f64::max);
        }
        self.added += 1;
    }

    fn add_energy(&mut self, energy: SeriesValue) {
        if let SeriesValue::Linear(energy) = energy {
            self.energy += energy;
        }
    }

    /// Returns the sum of the mean squares.
    pub(super) fn energy(&self) -> f64 {
        self.energy
    }

    /// Returns the largest peak of several strips, −60 dBFS at least.
    pub(super) fn loudest_dbfs(strips: &[Self]) -> f64 {
        strips.iter().flat_map(|strip| strip.peaks_dbfs.iter().flatten()).copied().fold(-60.0, f64::max)
    }

    /// Returns the peaks, mirrored, as a small waveform on the time axis of the output; the loudest
    /// peak of the strip's table fills the lane.
    pub(super) fn svg(&self, duration_s: f64, loudest_dbfs: f64) -> String {
        let interval_s = f64::from(INTERVAL_MS) / 1_000.0;
        let mut upper = Vec::new();
        let mut lower = Vec::new();
        for (index, loudest) in self.peaks_dbfs.iter().enumerate() {
            let first = index * self.together;
            let count = self.together.min(self.intervals - first);
            let x = (first as f64 + count as f64 / 2.0) * interval_s / duration_s * WIDTH;
            // The square root lets quiet parts show in a lane this low.
            let half = loudest.map_or(0.0, |db| libm::pow(10.0, (db - loudest_dbfs) / 40.0)) * 15.0;
            upper.push((x.min(WIDTH), 16.0 - half));
            lower.push((x.min(WIDTH), 16.0 + half));
        }
        format!(
            "<svg class=\"outline\" viewBox=\"0 0 {WIDTH} 32\" preserveAspectRatio=\"none\" aria-hidden=\"true\">\
             <path class=\"middle\" d=\"M0 16H{WIDTH}\"/><path class=\"wave\" d=\"{}\"/></svg>",
            area_path(&upper, &lower)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_is_the_largest_of_its_values() {
        let mut outline = Outline::new(2 * POINTS + 1);
        assert_eq!((outline.together, outline.peaks_dbfs.len()), (3, 201));
        for index in 0..=2 * POINTS {
            outline.add_peak(SeriesValue::Level((index >= 3).then_some(-(index as f32))));
            outline.add_energy(SeriesValue::Linear(0.5));
        }
        assert_eq!(outline.peaks_dbfs[..3], [None, Some(-3.0), Some(-6.0)]);
        assert_eq!((outline.peaks_dbfs[200], outline.energy()), (Some(-600.0), 300.5));
        assert_eq!(Outline::loudest_dbfs(&[outline, Outline::new(0)]), -3.0);
    }
}
