//! Alignment of a track and its confidence, as cells of its table.

use super::Report;
use super::markup::{escaped, line_path, number, prose, value};
use crate::align::{Correlation, Decision, StemAlignment};

/// Returns the correction in time of a track; the reason shows on hovering.
pub(super) fn offset(report: &Report, alignment: Option<&StemAlignment>) -> String {
    let Some(stem) = alignment else { return "not compared".into() };
    let milliseconds = |samples: f64| 1_000.0 * samples / f64::from(report.output.sample_rate_hz);
    let text = match (stem.decision, stem.late_samples) {
        (Decision::Moved, Some(late)) => {
            let way = if late > 0.0 { "earlier" } else { "later" };
            let drift = match stem.drift_changes.len() {
                0 if stem.drift_ppm == 0.0 => String::new(),
                0 => format!(", drift of {} ppm taken out", number(stem.drift_ppm, 1)),
                1 => format!(", drift of {} ppm, which changes once, taken out", number(stem.drift_ppm, 1)),
                n => format!(", drift of {} ppm, which changes {n} times, taken out", number(stem.drift_ppm, 1)),
            };
            let (ms, samples) = (milliseconds(late).abs(), late.abs());
            format!("moved {} ms ({} samples) {way}{drift}", number(ms, 2), number(samples, 2))
        }
        (Decision::Left, Some(late)) if stem.stays() && late.abs() >= 0.5 => {
            format!("left; its sound comes {} ms later than in another stem", number(milliseconds(late), 2))
        }
        (Decision::Left, Some(late)) if late.abs() < 0.5 => "in time".into(),
        (Decision::Left, Some(late)) => format!("left, perhaps {} ms late", number(milliseconds(late), 2)),
        (_, None) => "left as it is".into(),
    };
    let inverted = if stem.polarity < 0 { ", polarity inverted" } else { "" };
    format!("<span title=\"{}\">{text}{inverted}</span>", escaped(&stem.reason))
}

/// Returns the confidence of a correction, with the correlation around its delay; or the reason why
/// nothing is known.
pub(super) fn confidence(stem: &StemAlignment) -> String {
    let cause = || {
        let cause = prose(stem.reason.split([':', ',', ';']).next().unwrap_or(""));
        format!("<span class=\"reason\">{cause}</span>")
    };
    let percent = || value(&format!("{} %", number(100.0 * stem.confidence, 0)));
    let stated = match stem.late_samples {
        Some(_) if stem.stays() => format!("{}, {}", cause(), percent()),
        Some(_) => percent(),
        None => cause(),
    };
    stated + &stem.correlation.as_ref().map(picture).unwrap_or_default()
}

/// Returns the correlation around a delay as a small curve: ±1 from edge to edge, a dot on the
/// delay itself.
fn picture(correlation: &Correlation) -> String {
    let height = |value: f32| 16.0 - 14.0 * f64::from(value);
    let points = correlation.values.iter().enumerate().map(|(n, value)| Some((n as f64, height(*value))));
    let middle = usize::try_from(-correlation.first_lag).unwrap_or(0);
    let peak = correlation.values.get(middle).copied().unwrap_or(0.0);
    let width = correlation.values.len().saturating_sub(1);
    format!(
        "<svg class=\"peak\" viewBox=\"0 0 {width} 32\" role=\"img\" aria-label=\"correlation around the offset, {} at it\">\
         <path class=\"middle\" d=\"M0 16H{width}\"/><path class=\"curve\" d=\"{}\"/><circle cx=\"{middle}\" cy=\"{}\" r=\"2\"/></svg>",
        number(f64::from(peak), 2),
        line_path(points),
        number(height(peak), 1)
    )
}
