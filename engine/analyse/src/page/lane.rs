//! A lane of labelled spans under the time axis of the plots.

use mixdown_engine::report::drawing::{WIDTH, clock_time, coordinate, escaped};
use std::fmt::Write as _;

/// Width of a letter in a picture, in units of its drawing: the widest of the font at 12.
const LETTER: f64 = 9.0;

/// A span of a lane.
#[derive(Clone, Debug)]
pub(super) struct LaneSpan {
    pub(super) start_s: f64,
    pub(super) end_s: f64,
    /// Shown where there is room.
    pub(super) label: String,
    /// Shown by the pointer, with the times.
    pub(super) name: String,
    /// 1 to 8; 0 for a span with nothing in it.
    pub(super) colour: usize,
}

/// A lane.
#[derive(Clone, Debug)]
pub(super) struct Lane {
    pub(super) title: &'static str,
    pub(super) caption: String,
    /// Colours with their names.
    pub(super) legend: Vec<(usize, &'static str)>,
    pub(super) spans: Vec<LaneSpan>,
    pub(super) axis_s: f64,
}

impl Lane {
    /// Returns the lane as part of a page. A label without room wraps below the edge, unseen.
    pub(super) fn html(&self) -> String {
        let mut out = format!("<figure class=\"plot\"><figcaption><h3>{}</h3>", self.title);
        if !self.legend.is_empty() {
            out += "<span class=\"legend\">";
            for (colour, name) in &self.legend {
                let _ = write!(out, "<span><i class=\"swatch part-{colour}\"></i>{name}</span>");
            }
            out += "</span>";
        }
        let caption = escaped(&self.caption);
        let _ = write!(
            out,
            "<span class=\"caption\">{caption}</span></figcaption><div class=\"frame\"><div class=\"y\"></div>\
             <div class=\"area lane\" role=\"group\" aria-label=\"{}: {caption}\">",
            self.title
        );
        for (span, left, width) in self.placed(100.0) {
            let times = format!("{} to {}", clock_time(span.start_s, 1), clock_time(span.end_s, 1));
            let _ = write!(
                out,
                "<span class=\"part-{}\" style=\"left:{left:.2}%;width:{width:.2}%\" title=\"{}, {times}\">",
                span.colour,
                escaped(&span.name)
            );
            if !span.label.is_empty() {
                let _ = write!(out, "<b>{}</b>", escaped(&span.label));
            }
            out += "</span>";
        }
        out + "</div></div></figure>\n"
    }

    /// Returns the lane as part of a picture, `height` high and `y` from the top.
    pub(super) fn svg(&self, y: f64, height: f64) -> String {
        let mut out = format!("<path class=\"part-0\" d=\"M0 {y}H{WIDTH}v{height}H0z\"/>");
        for (span, left, width) in self.placed(WIDTH) {
            // A gap of one unit keeps neighbours of one colour apart.
            let _ = write!(
                out,
                "<path class=\"part-{}\" d=\"M{} {y}h{}v{height}h-{2}z\"/>",
                span.colour,
                coordinate(left),
                coordinate((width - 1.0).max(0.5))
            );
            if span.label.chars().count() as f64 * LETTER + 4.0 <= width {
                let (x, y) = (coordinate(left + width / 2.0), coordinate(y + height / 2.0 + 4.5));
                let label = escaped(&span.label);
                let _ = write!(
                    out,
                    "<text class=\"ink\" x=\"{x}\" y=\"{y}\" text-anchor=\"middle\" font-size=\"12\">{label}</text>"
                );
            }
        }
        out
    }

    /// Returns the spans that lie on the axis, each with its left edge and its width in a lane of
    /// `whole`.
    fn placed(&self, whole: f64) -> impl Iterator<Item = (&LaneSpan, f64, f64)> {
        let place = move |time: f64| (time / self.axis_s).clamp(0.0, 1.0) * whole;
        let spans = self.spans.iter().map(move |span| (span, place(span.start_s), place(span.end_s)));
        spans.filter(|(_, left, right)| right > left).map(|(span, left, right)| (span, left, right - left))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lane(spans: &[(f64, f64, &str)]) -> Lane {
        let span = |(start_s, end_s, label): &(f64, f64, &str)| LaneSpan {
            start_s: *start_s,
            end_s: *end_s,
            label: (*label).into(),
            name: (*label).into(),
            colour: 1,
        };
        let spans = spans.iter().map(span).collect();
        Lane { title: "Lane", caption: String::new(), legend: Vec::new(), spans, axis_s: 100.0 }
    }

    #[test]
    fn spans_stay_within_the_axis() {
        let html = lane(&[(-5.0, 10.0, "a"), (90.0, 200.0, "b"), (120.0, 130.0, "c"), (f64::NAN, 5.0, "d")]).html();
        let styles: Vec<&str> = html.split("style=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert_eq!(styles, ["left:0.00%;width:10.00%", "left:90.00%;width:10.00%"]);
    }

    #[test]
    fn a_picture_labels_only_what_has_room() {
        let svg = lane(&[(0.0, 10.0, "wide"), (10.0, 11.0, "narrow")]).svg(0.0, 20.0);
        assert!(svg.contains(">wide<") && !svg.contains("narrow"), "{svg}");
    }
}
