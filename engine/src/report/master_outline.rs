//! The master's readings over time, thinned out to what the page shows of them.

use super::thinned::Thinned;
use super::time_axis::MAX_POINTS;
use crate::meter::MeterRow;

/// Maximum number of values of a series for the page's script: no more than a screen has dots.
const MAX_SCRIPT_VALUES: usize = 2_500;

/// Readings of the master for plots and script, gathered row by row, so that no series needs to be
/// held.
#[derive(Clone, Debug, PartialEq)]
pub struct MasterOutline {
    /// For plots.
    pub(super) momentary: Thinned,
    pub(super) short_term: Thinned,
    pub(super) true_peak: Thinned,
    pub(super) correlation: Thinned,
    pub(super) reduction: Thinned,
    /// For the script, which needs all of them in the same step.
    pub(super) rows_per_point: usize,
    pub(super) thinned_momentary: Thinned,
    pub(super) thinned_short_term: Thinned,
    pub(super) thinned_true_peak: Thinned,
    pub(super) thinned_reduction: Thinned,
    /// The lowest short-term loudness, LUFS.
    pub(super) quietest_lufs: Option<f64>,
    /// The largest reduction of the limiter, dB.
    pub(super) max_reduction_db: f64,
}

impl MasterOutline {
    /// Creates an empty outline for `rows` rows and `reductions` values of the limiter. Allocates.
    pub fn new(rows: usize, reductions: usize) -> Self {
        let plotted = |count, pick| Thinned::new(count, Thinned::together(count, MAX_POINTS), pick);
        let rows_per_point = Thinned::together(rows, MAX_SCRIPT_VALUES);
        let reported = |count| Thinned::new(count, rows_per_point, f64::max);
        Self {
            momentary: plotted(rows, f64::max),
            short_term: plotted(rows, f64::max),
            true_peak: plotted(rows, f64::max),
            correlation: plotted(rows, f64::min),
            reduction: plotted(reductions, f64::max),
            rows_per_point,
            thinned_momentary: reported(rows),
            thinned_short_term: reported(rows),
            thinned_true_peak: reported(rows),
            thinned_reduction: reported(reductions),
            quietest_lufs: None,
            max_reduction_db: 0.0,
        }
    }

    /// Adds the next row.
    pub fn add_row(&mut self, row: &MeterRow) {
        let (momentary, short_term) = (row.rounded_momentary_lufs(), row.rounded_short_term_lufs());
        let true_peak = row.true_peak_dbtp();
        self.momentary.add(momentary);
        self.thinned_momentary.add(momentary);
        self.short_term.add(short_term);
        self.thinned_short_term.add(short_term);
        self.true_peak.add(true_peak);
        self.thinned_true_peak.add(true_peak);
        self.correlation.add(row.rounded_correlation());
        self.quietest_lufs = [self.quietest_lufs, short_term.map(f64::from)].into_iter().flatten().reduce(f64::min);
    }

    /// Adds the limiter's largest reduction of the next interval, dB, 0 or more.
    pub fn add_reduction(&mut self, reduction_db: f64) {
        let value = Some(reduction_db as f32);
        self.reduction.add(value);
        self.thinned_reduction.add(value);
        self.max_reduction_db = self.max_reduction_db.max(reduction_db);
    }
}
