//! The master's readings over time, thinned out to what the page shows of them.

use super::thinned::Thinned;
use super::time_axis::MAX_POINTS;
use crate::meter::{MeterRow, SERIES, SeriesPlot, SeriesReading, SeriesValue};

/// Maximum number of values of a series for the page's script: no more than a screen has dots.
const MAX_SCRIPT_VALUES: usize = 2_500;

/// Readings of the master for plots and script, gathered row by row, so that no series needs to be
/// held.
#[derive(Clone, Debug, PartialEq)]
pub struct MasterOutline {
    /// A line for each row of the table of readings.
    lines: [MasterLine; SERIES.len()],
    pub(super) reduction: Thinned,
    /// For the script, which needs all values in the same step.
    pub(super) rows_per_point: usize,
    pub(super) thinned_reduction: Thinned,
    /// The lowest short-term loudness, LUFS.
    pub(super) quietest_lufs: Option<f64>,
    /// The largest reduction of the limiter, dB.
    pub(super) max_reduction_db: f64,
}

/// A reading of the master over time.
#[derive(Clone, Debug, PartialEq)]
struct MasterLine {
    /// For its plot, if it has one.
    plotted: Option<Thinned>,
    /// For the script, if it shows the reading.
    pointed: Option<Thinned>,
}

impl MasterLine {
    fn new(reading: &SeriesReading, rows: usize, rows_per_point: usize) -> Self {
        let lowest = matches!(reading.plot, Some(SeriesPlot::Line(line)) if line.lowest);
        let pick = if lowest { f64::min } else { f64::max };
        Self {
            plotted: reading.plot.map(|_| Thinned::new(rows, Thinned::together(rows, MAX_POINTS), pick)),
            pointed: reading.pointer.map(|_| Thinned::new(rows, rows_per_point, f64::max)),
        }
    }

    fn add(&mut self, value: SeriesValue) {
        let level = match value {
            SeriesValue::Level(level) => level,
            SeriesValue::Linear(linear) => Some(linear as f32),
        };
        self.plotted.iter_mut().chain(&mut self.pointed).for_each(|thinned| thinned.add(level));
    }
}

impl MasterOutline {
    /// Creates an empty outline for `rows` rows and `reductions` values of the limiter. Allocates.
    pub fn new(rows: usize, reductions: usize) -> Self {
        let rows_per_point = Thinned::together(rows, MAX_SCRIPT_VALUES);
        Self {
            lines: SERIES.map(|reading| MasterLine::new(&reading, rows, rows_per_point)),
            reduction: Thinned::new(reductions, Thinned::together(reductions, MAX_POINTS), f64::max),
            rows_per_point,
            thinned_reduction: Thinned::new(reductions, rows_per_point, f64::max),
            quietest_lufs: None,
            max_reduction_db: 0.0,
        }
    }

    /// Adds the next row.
    pub fn add_row(&mut self, row: &MeterRow) {
        for (reading, line) in SERIES.iter().zip(&mut self.lines) {
            if line.plotted.is_some() || line.pointed.is_some() {
                line.add(reading.value(row));
            }
        }
        let short_term = row.short_term_lufs.get().map(f64::from);
        self.quietest_lufs = [self.quietest_lufs, short_term].into_iter().flatten().reduce(f64::min);
    }

    /// Adds the limiter's largest reduction of the next interval, dB, 0 or more.
    pub fn add_reduction(&mut self, reduction_db: f64) {
        let value = Some(reduction_db as f32);
        self.reduction.add(value);
        self.thinned_reduction.add(value);
        self.max_reduction_db = self.max_reduction_db.max(reduction_db);
    }

    /// Returns the plotted readings, each with its plot and its line.
    pub(super) fn plotted(&self) -> impl Iterator<Item = (&'static SeriesReading, SeriesPlot, &Thinned)> {
        let lines = SERIES.iter().zip(&self.lines);
        lines.filter_map(|(reading, line)| Some((reading, reading.plot?, line.plotted.as_ref()?)))
    }

    /// Returns the readings that the script shows, each with its label and its values.
    pub(super) fn pointed(&self) -> impl Iterator<Item = (&'static SeriesReading, &'static str, &Thinned)> {
        let lines = SERIES.iter().zip(&self.lines);
        lines.filter_map(|(reading, line)| Some((reading, reading.pointer?, line.pointed.as_ref()?)))
    }
}
