//! A picture of the difference of two files.

use super::markup::{line_path, reading};
use super::plot::{Plot, WIDTH};
use super::plot_png::png;
use super::time_axis::time_ticks;
use crate::analysis::Difference;

/// The levels shown, in dBFS.
const BOTTOM_DBFS: f64 = -144.0;
const TOP_DBFS: f64 = 6.0;

/// Draws the peaks of two files and of their difference over time as a PNG.
pub fn difference_picture(difference: &Difference) -> Vec<u8> {
    let outline = &difference.outline;
    let duration_s = outline.duration_s().max(outline.column_s());
    let height = 320.0;
    let line = |index: usize| {
        line_path(outline.columns().iter().enumerate().map(|(column, peaks)| {
            let level_dbfs = 20.0 * f64::from(peaks[index]).log10();
            let x = ((column as f64 + 0.5) * outline.column_s() / duration_s * WIDTH).min(WIDTH);
            // Silence is not drawn.
            (peaks[index] > 0.0).then(|| (x, Plot::y_of(height, level_dbfs, BOTTOM_DBFS, TOP_DBFS)))
        }))
    };
    let lines = [("momentary", "first", 0), ("steady", "second", 1), ("clip", "difference", 2)];
    let plot = Plot {
        title: "Difference",
        unit: "dBFS",
        caption: match difference.peak_difference_dbfs {
            Some(_) => format!("at most {} dBFS", reading(difference.peak_difference_dbfs)),
            None => "no sample differs".into(),
        },
        height,
        x: time_ticks(duration_s),
        y: Plot::y_ticks(BOTTOM_DBFS, TOP_DBFS, 24.0),
        legend: lines.iter().map(|(class, name, _)| (*class, (*name).to_owned())).collect(),
        body: lines
            .iter()
            .map(|(class, _, index)| format!("<path class=\"{class}\" d=\"{}\"/>", line(*index)))
            .collect::<Vec<_>>()
            .concat(),
        image: None,
        over_time: true,
    };
    png(&plot, None).unwrap_or_default()
}
