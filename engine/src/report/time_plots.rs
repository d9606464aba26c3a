//! Plots over time: waveform, loudness, true peaks, gain reduction, correlation.

use super::markup::{area_path, coordinate, line_path, number, reading};
use super::plot::{Plot, Tick, WIDTH};
use super::thinned::Thinned;
use super::time_axis::{points, time_plot};
use super::{MasterOutline, Report, WaveformOutline};
use crate::meter::{LinePlot, SUMMARY, SeriesPlot, SeriesReading, SummaryValue};
use std::fmt::Write as _;

/// The most and the least that the loudness plot spans, in LU, and true peaks shown below full
/// scale, in dB.
const MAX_RANGE_LU: f64 = 40.0;
const MIN_RANGE_LU: f64 = 15.0;
const PEAK_RANGE_DB: f64 = 24.0;
/// Seconds between the values of every series.
const INTERVAL_S: f64 = crate::meter::INTERVAL_MS as f64 / 1_000.0;

/// Returns a line across the plot.
fn level_line(class: &str, y: f64) -> String {
    format!("<path class=\"{class}\" d=\"M0 {}H{WIDTH}\"/>", coordinate(y))
}

/// Returns the plot of the waveform: one lane per channel, with a red mark wherever the file
/// touches full scale.
pub(super) fn waveform(report: &Report, waveform: &WaveformOutline) -> Plot {
    let mut plot = time_plot("Waveform", "", 168.0, report.output.duration_s);
    let lanes = waveform.lanes();
    let lane_height = plot.height / lanes as f64;
    let frames = report.output.frames.max(1) as f64;
    let x = |frame: usize| (frame as f64 / frames * WIDTH).min(WIDTH);
    let mut clips: Vec<f64> = Vec::new();
    for lane in 0..lanes {
        let middle = (lane as f64 + 0.5) * lane_height;
        let y = |value: i16| middle - f64::from(value) / 32_768.0 * lane_height * 0.47;
        let (mut upper, mut lower) = (Vec::new(), Vec::new());
        for column in 0..waveform.columns() {
            let (low, high) = waveform.extremes(column, lane);
            let (first, last) = waveform.frames(column);
            let x_middle = f64::midpoint(x(first), x(last));
            upper.push((x_middle, y(high)));
            lower.push((x_middle, y(low)));
            if high == i16::MAX || low == i16::MIN {
                clips.push(x_middle);
            }
        }
        let _ = write!(plot.body, "<path class=\"wave\" d=\"{}\"/>", area_path(&upper, &lower));
        plot.body += &level_line("middle", middle);
        let label = match (lanes, lane) {
            (2, 0) => "L".into(),
            (2, _) => "R".into(),
            _ => (lane + 1).to_string(),
        };
        plot.y.push(Tick { at: middle / plot.height, label, minor: false });
    }
    clips.sort_by(f64::total_cmp);
    clips.dedup();
    if clips.is_empty() {
        plot.caption = "nothing reaches full scale".into();
    } else {
        let marks = clips.iter().fold(String::new(), |mut marks, x| {
            let _ = write!(marks, "M{} 0v12", coordinate(*x));
            marks
        });
        let _ = write!(plot.body, "<path class=\"clip\" d=\"{marks}\"/>");
        plot.legend.push(("clip", "at full scale".into()));
        plot.caption = format!("touches full scale in {} of {} columns", clips.len(), waveform.columns());
    }
    plot
}

/// Returns the plot of momentary, short-term and integrated loudness, and the target.
pub(super) fn loudness(report: &Report, master: &MasterOutline) -> Plot {
    let mut plot = time_plot("Loudness", "LUFS", 200.0, report.output.duration_s);
    let target = report.master.target_lufs;
    let integrated = report.master.written.integrated_lufs;
    let measured = report.master.predicted.as_ref();
    let loudest =
        measured.and_then(|measured| measured.max_momentary_lufs).into_iter().chain(target).fold(-60.0, f64::max);
    let top = ((loudest + 1.0) / 5.0).ceil() * 5.0;
    // Down to the quietest 3 s, within reason.
    let quietest = master.quietest_lufs.into_iter().chain(integrated).fold(top, f64::min);
    let bottom = (((quietest - 3.0) / 5.0).floor() * 5.0).clamp(top - MAX_RANGE_LU, top - MIN_RANGE_LU);
    let y = |value: f64| Plot::y_of(plot.height, value, bottom, top);
    plot.y = Plot::y_ticks(bottom, top, 5.0);
    let mut body = String::new();
    for (_, plotted, series) in master.plotted() {
        let SeriesPlot::Loudness(class, name) = plotted else { continue };
        let _ = write!(body, "<path class=\"{class}\" d=\"{}\"/>", line(series, report.output.duration_s, y));
        plot.legend.push((class, name.into()));
    }
    if let Some(integrated) = integrated {
        body += &level_line("integrated", y(integrated));
        plot.legend.push(("integrated", "integrated (all)".into()));
    }
    if let Some(target) = target {
        body += &level_line("target", y(target));
        plot.legend.push(("target", format!("target {}", number(target, 1))));
    }
    plot.caption = match integrated {
        Some(integrated) => format!("{} LUFS on the whole", number(integrated, 1)),
        None => "silent, or too short to have a loudness".into(),
    };
    plot.body = body;
    plot
}

/// Returns the plot of the true peak of every interval, and the ceiling.
pub(super) fn true_peaks(report: &Report, master: &MasterOutline) -> Plot {
    let mut plot = time_plot("True peaks", "dBTP", 120.0, report.output.duration_s);
    let highest = report.master.written.true_peak_dbtp;
    let top = highest.map_or(0.0, |peak| (peak / 3.0).ceil() * 3.0).max(0.0) + 3.0;
    let bottom = top - PEAK_RANGE_DB - 3.0;
    let height = plot.height;
    let y = |value: f64| Plot::y_of(height, value, bottom, top);
    plot.y = Plot::y_ticks(bottom, top, 6.0);
    for (_, plotted, series) in master.plotted() {
        if plotted != SeriesPlot::TruePeaks {
            continue;
        }
        // Silence lies at the bottom.
        let points = points(series, INTERVAL_S, report.output.duration_s);
        let upper: Vec<(f64, f64)> = points.map(|(x, value)| (x, y(value.unwrap_or(bottom)))).collect();
        let lower: Vec<(f64, f64)> = upper.iter().map(|point| (point.0, height)).collect();
        plot.body += &format!("<path class=\"peak\" d=\"{}\"/>", area_path(&upper, &lower));
    }
    if let Some(ceiling) = report.master.ceiling_dbtp {
        plot.body += &level_line("target", y(ceiling));
        plot.legend.push(("target", format!("ceiling {}", number(ceiling, 1))));
    }
    plot.caption = format!("highest {} dBTP", reading(highest));
    plot
}

/// Returns the plot of the limiter's gain reduction, hanging from the top.
pub(super) fn gain_reduction(report: &Report, master: &MasterOutline) -> Plot {
    let mut plot = time_plot("Gain reduction", "dB", 96.0, report.output.duration_s);
    let max_db = master.max_reduction_db;
    let bottom = -((max_db / 3.0).ceil() * 3.0).max(3.0);
    let y = |value: f64| Plot::y_of(plot.height, value, bottom, 0.0);
    plot.y = Plot::y_ticks(bottom, 0.0, if bottom < -9.0 { 6.0 } else { bottom.abs() / 3.0 });
    let points = points(&master.reduction, INTERVAL_S, report.output.duration_s);
    let lower: Vec<(f64, f64)> = points.filter_map(|(x, reduction)| Some((x, y(-reduction?)))).collect();
    let upper: Vec<(f64, f64)> = lower.iter().map(|point| (point.0, 0.0)).collect();
    if max_db > 0.0 {
        plot.body = format!("<path class=\"reduction\" d=\"{}\"/>", area_path(&upper, &lower));
    }
    plot.caption = match &report.master.limiter {
        None => "no limiter".into(),
        Some(limiter) if limiter.share_of_time > 0.0 => format!(
            "worked {} % of the time, at most {} dB",
            number(100.0 * limiter.share_of_time, 1),
            number(limiter.max_reduction_db, 1)
        ),
        Some(_) => "the limiter had nothing to do".into(),
    };
    plot
}

/// Returns the plots of readings that have a plot of their own, in the order of the table.
pub(super) fn lines(report: &Report, master: &MasterOutline) -> Vec<Plot> {
    let plot = |(reading, plotted, series): (&SeriesReading, SeriesPlot, &Thinned)| match plotted {
        SeriesPlot::Line(of) => Some(line_plot(report, reading.unit, &of, series)),
        SeriesPlot::Loudness(..) | SeriesPlot::TruePeaks => None,
    };
    master.plotted().filter_map(plot).collect()
}

fn line_plot(report: &Report, unit: &'static str, of: &LinePlot, series: &Thinned) -> Plot {
    let mut plot = time_plot(of.title, unit, 96.0, report.output.duration_s);
    let scale = |value: f64| if of.logarithmic { libm::log10(value) } else { value };
    let (bottom, top) = (scale(of.span.0), scale(of.span.1));
    let at = |height: f64, value: f64| Plot::y_of(height, scale(value), bottom, top);
    let mark = |(value, label): &(f64, &str)| Tick { at: at(1.0, *value), label: (*label).into(), minor: false };
    plot.y = of.marks.iter().map(mark).collect();
    let path = line(series, report.output.duration_s, |value| at(plot.height, value));
    plot.body = format!("<path class=\"steady\" d=\"{path}\"/>");
    let (key, words) = of.whole;
    let whole = SUMMARY.iter().find(|reading| reading.key == key);
    plot.caption = match whole.map(|whole| (whole, whole.value(&report.master.written))) {
        _ if report.is_silent() => "none: the mix is silent".into(),
        Some((whole, SummaryValue::Level(Some(value)))) => {
            let decimals = whole.column.map_or(1, |column| usize::from(column.decimals));
            [&number(value, decimals), whole.unit, words]
                .into_iter()
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
                .join(" ")
        }
        _ => format!("none: {}", of.missing),
    };
    plot
}

fn line(series: &Thinned, duration_s: f64, y: impl Fn(f64) -> f64) -> String {
    line_path(points(series, INTERVAL_S, duration_s).map(|(x, value)| Some((x, y(value?)))))
}
