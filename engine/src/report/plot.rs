//! A plot: a drawing between two axes, as part of a page or as a picture of its own.

use super::lettering::SIZE;
use super::markup::{coordinate, escaped, number};
use std::fmt::Write as _;

/// The width of every drawing, in its own units; a page stretches it, a picture takes it as pixels.
pub const WIDTH: f64 = 1_000.0;

/// A mark on an axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// Position, 0 to 1 from the left or from the top.
    pub at: f64,
    /// Text beside the mark, HTML already.
    pub label: String,
    /// True if it may be left out where room is short; on the vertical axis it has no line then.
    pub minor: bool,
}

/// An entry of the legend: the class of its line, and its name.
pub type Key = (&'static str, String);

/// A drawing with its axes.
#[derive(Clone, Debug)]
pub struct Plot {
    /// Name, HTML already.
    pub title: &'static str,
    /// Unit of the numbers beside the plot.
    pub unit: &'static str,
    /// Content of the plot in words: beside the title, and for readers who do not see the plot.
    pub caption: String,
    /// Height in the units of [`WIDTH`].
    pub height: f64,
    /// Marks from left to right.
    pub x: Vec<Tick>,
    /// Marks from the top down or from the bottom up.
    pub y: Vec<Tick>,
    /// Lines with their names.
    pub legend: Vec<Key>,
    /// SVG in a box of [`WIDTH`] × `height`; colours by class.
    pub body: String,
    /// A raster under the body, as a data URI, with its left edge and its width.
    pub image: Option<(String, f64, f64)>,
    /// True if the horizontal axis is the time of the programme.
    pub over_time: bool,
}

impl Plot {
    /// Returns a height in the drawing for a value on a linear axis from `bottom` to `top`; values
    /// beyond these stay at the edge.
    pub(super) fn y_of(height: f64, value: f64, bottom: f64, top: f64) -> f64 {
        height * (1.0 - ((value - bottom) / (top - bottom)).clamp(0.0, 1.0))
    }

    /// Returns marks every `step` from `bottom` to `top`.
    pub(super) fn y_ticks(bottom: f64, top: f64, step: f64) -> Vec<Tick> {
        let (first, last) = ((bottom / step).ceil() as i64, (top / step).floor() as i64);
        (first..=last)
            .map(|index| index as f64 * step)
            .map(|value| Tick {
                at: Self::y_of(1.0, value, bottom, top),
                label: number(value, usize::from(step < 1.0)),
                minor: false,
            })
            .collect()
    }

    /// Returns the lines of both axes.
    pub(super) fn grid(&self) -> String {
        let mut lines = String::new();
        for tick in &self.x {
            let x = coordinate(tick.at * WIDTH);
            let _ = write!(lines, "M{x} 0V{}", coordinate(self.height));
        }
        for tick in self.y.iter().filter(|tick| !tick.minor) {
            let _ = write!(lines, "M0 {}H{WIDTH}", coordinate(tick.at * self.height));
        }
        // Over a raster the lines only hint.
        let class = if self.image.is_some() { "over" } else { "grid" };
        format!("<path class=\"{class}\" d=\"{lines}\"/>")
    }

    /// Returns the plot as part of a page: text is HTML beside a drawing that stretches.
    pub fn html(&self) -> String {
        let mut out = format!("<figure class=\"plot\"><figcaption><h3>{}</h3>", self.title);
        if !self.legend.is_empty() {
            out += "<span class=\"legend\">";
            for (class, name) in &self.legend {
                let _ = write!(out, "<span><i class=\"key {class}\"></i>{}</span>", escaped(name));
            }
            out += "</span>";
        }
        let _ = write!(out, "<span class=\"caption\">{}</span></figcaption>", escaped(&self.caption));
        let _ = write!(
            out,
            "<div class=\"frame{}\"><div class=\"y\"><b>{}</b>",
            if self.over_time { " time" } else { "" },
            self.unit
        );
        for tick in &self.y {
            let _ = write!(out, "<span style=\"top:{}%\">{}</span>", coordinate(100.0 * tick.at), tick.label);
        }
        let height = coordinate(self.height);
        let _ = write!(
            out,
            "</div><div class=\"area\" style=\"height:{height}px\"><svg viewBox=\"0 0 {WIDTH} {height}\" \
             preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{}: {}\">",
            self.title,
            escaped(&self.caption)
        );
        if let Some((uri, left, width)) = &self.image {
            let (left, width) = (coordinate(*left), coordinate(*width));
            let _ = write!(
                out,
                "<image href=\"{uri}\" x=\"{left}\" width=\"{width}\" height=\"{height}\" preserveAspectRatio=\"none\"/>"
            );
        }
        let _ = write!(out, "{}{}</svg></div><div class=\"x\">", self.grid(), self.body);
        for tick in &self.x {
            // The last label ends with the plot, so that it stays within the page.
            let class = match (tick.minor, tick.at > 0.97) {
                (false, false) => "",
                (false, true) => " class=\"end\"",
                (true, false) => " class=\"minor\"",
                (true, true) => " class=\"minor end\"",
            };
            let _ = write!(out, "<span{class} style=\"left:{}%\">{}</span>", coordinate(100.0 * tick.at), tick.label);
        }
        out + "</div></div></figure>"
    }

    /// Returns the plot as an SVG document of its own, with `style` for its classes: 1120 wide, the
    /// height of the plot and 112 more. The image is left out.
    pub(super) fn svg(&self, style: &str) -> String {
        let (left, top) = (MARGIN_LEFT, MARGIN_TOP);
        let (width, height) = self.size();
        let mut out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\" font-family=\"DejaVu Sans\" font-size=\"{SIZE}\"><style>{style}</style>\
             <text class=\"ink\" x=\"{left}\" y=\"28\" font-size=\"18\">{}</text>\
             <text class=\"muted\" x=\"{}\" y=\"28\" text-anchor=\"end\">{}</text>\
             <text class=\"muted\" x=\"{left}\" y=\"{}\" text-anchor=\"end\" dx=\"-10\">{}</text>",
            self.title,
            left + WIDTH,
            escaped(&self.caption),
            top - 12.0,
            self.unit,
        );
        for tick in &self.y {
            let y = coordinate(top + tick.at * self.height + 4.5);
            let _ = write!(
                out,
                "<text class=\"muted\" x=\"{}\" y=\"{y}\" text-anchor=\"end\">{}</text>",
                left - 10.0,
                tick.label
            );
        }
        for tick in &self.x {
            let (x, y) = (coordinate(left + tick.at * WIDTH), coordinate(top + self.height + 20.0));
            let _ =
                write!(out, "<text class=\"muted\" x=\"{x}\" y=\"{y}\" text-anchor=\"middle\">{}</text>", tick.label);
        }
        let mut x = left;
        for (class, name) in &self.legend {
            let y = coordinate(top + self.height + 42.0);
            let _ = write!(
                out,
                "<path class=\"{class}\" d=\"M{x} {y}h24\"/><text class=\"muted\" x=\"{}\" y=\"{y}\" dy=\"4.5\">{}</text>",
                x + 32.0,
                escaped(name)
            );
            x += 60.0 + 8.0 * name.chars().count() as f64;
        }
        let body = format!("{}{}", self.grid(), self.body);
        let _ = write!(out, "<g transform=\"translate({left} {top})\">{body}</g></svg>");
        out
    }

    /// Returns width and height of [`Plot::svg`].
    pub(super) fn size(&self) -> (f64, f64) {
        (WIDTH + MARGIN_LEFT + MARGIN_RIGHT, self.height + MARGIN_TOP + MARGIN_BOTTOM)
    }
}

/// Room around the drawing of a picture.
pub(super) const MARGIN_LEFT: f64 = 80.0;
pub(super) const MARGIN_TOP: f64 = 56.0;
const MARGIN_RIGHT: f64 = 40.0;
const MARGIN_BOTTOM: f64 = 56.0;
