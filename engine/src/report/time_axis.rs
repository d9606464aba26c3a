//! The axis that all plots over time share, and series thinned out to fit it.

use super::markup::clock_time;
use super::plot::{Plot, Tick, WIDTH};
use super::thinned::Thinned;

/// Maximum number of points of a line: one per unit of the drawing.
pub const MAX_POINTS: usize = WIDTH as usize;
/// Seconds between marks, the first that gives no more than [`MAX_TICKS`].
const STEPS_S: [f64; 15] =
    [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1_800.0, 3_600.0];
const MAX_TICKS: f64 = 11.0;

/// Returns a plot over time without anything in it.
pub fn time_plot(title: &'static str, unit: &'static str, height: f64, duration_s: f64) -> Plot {
    Plot {
        title,
        unit,
        caption: String::new(),
        height,
        x: time_ticks(duration_s),
        y: Vec::new(),
        legend: Vec::new(),
        body: String::new(),
        image: None,
        over_time: true,
    }
}

/// Returns marks in minutes and seconds.
pub(super) fn time_ticks(duration_s: f64) -> Vec<Tick> {
    let longest = STEPS_S[STEPS_S.len() - 1];
    let step = STEPS_S.into_iter().find(|step| duration_s / step <= MAX_TICKS);
    let step = step.unwrap_or_else(|| (duration_s / MAX_TICKS / longest).ceil() * longest);
    let count = (duration_s / step).floor() as usize;
    (0..=count)
        .map(|index| Tick {
            at: (index as f64 * step / duration_s).min(1.0),
            label: clock_time(index as f64 * step, usize::from(step < 1.0)),
            minor: index % 2 == 1,
        })
        .collect()
}

/// Returns the position on the axis of the middle of each group of intervals, with its picked
/// value; `None` where it has no value.
pub(super) fn points(series: &Thinned, interval_s: f64, duration_s: f64) -> impl Iterator<Item = (f64, Option<f64>)> {
    series.middles().map(move |(middle, value)| ((middle * interval_s / duration_s * WIDTH).min(WIDTH), value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_fit_any_length() {
        for duration_s in [0.05, 0.4, 9.0, 40.0, 187.0, 3_600.0, 21_600.0, 500_000.0] {
            let ticks = time_ticks(duration_s);
            assert!((1..=12).contains(&ticks.len()), "{duration_s}: {}", ticks.len());
            assert!(ticks.iter().all(|tick| (0.0..=1.0).contains(&tick.at)));
        }
        let labels: Vec<String> = time_ticks(187.0).into_iter().map(|tick| tick.label).collect();
        assert_eq!(labels, ["0:00", "0:30", "1:00", "1:30", "2:00", "2:30", "3:00"]);
    }

    #[test]
    fn a_long_series_keeps_its_peaks_and_gaps() {
        let mut series = Thinned::new(5_000, Thinned::together(5_000, MAX_POINTS), f64::max);
        for index in 0..5_000 {
            series.add((!(4_000..4_100).contains(&index)).then_some(if index == 2_500 { -3.0 } else { -30.0 }));
        }
        let points: Vec<_> = points(&series, 0.1, 500.0).collect();
        assert_eq!(points.len(), 1_000);
        assert_eq!((points[500].1, points[810]), (Some(-3.0), (810.5, None)));
    }
}
