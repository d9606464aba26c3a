//! Texts of a drawing as outlines: the renderer of pictures draws paths alone.

use std::fmt::Write as _;
use ttf_parser::{Face, GlyphId, OutlineBuilder};

/// Size of letters where a text has none of its own, in units of the drawing.
pub(super) const SIZE: f64 = 13.0;

/// Returns a drawing of [`Plot::svg`](super::plot::Plot::svg) with a path in place of each text.
///
/// `class`, `x`, `y`, `dx`, `dy`, `font-size` and `text-anchor` count. Letters stand one after
/// the other with the font's kerning; scripts that join letters or run to the left are not shaped.
pub(super) fn outlined(svg: &str, face: &Face) -> String {
    let mut parts = svg.split("<text ");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let text = part.split_once("</text>").and_then(|(text, rest)| Some((text.split_once('>')?, rest)));
        // A text without its end is left out.
        let Some(((attributes, label), rest)) = text else { continue };
        let path = path(attributes, &unescaped(label), face);
        let _ = write!(out, "<path class=\"{}\" d=\"{path}\"/>{rest}", attribute(attributes, "class").unwrap_or(""));
    }
    out
}

/// Returns the outlines of a text at its place, as the data of a path.
fn path(attributes: &str, label: &str, face: &Face) -> String {
    let number = |name| attribute(attributes, name).and_then(|value| value.parse().ok());
    let scale = number("font-size").unwrap_or(SIZE) / f64::from(face.units_per_em());
    let (glyphs, width) = placed(label, face);
    let width = width * scale;
    let back = match attribute(attributes, "text-anchor") {
        Some("middle") => width / 2.0,
        Some("end") => width,
        _ => 0.0,
    };
    let place = |axis, shift| number(axis).unwrap_or(0.0) + number(shift).unwrap_or(0.0);
    let mut pen = Pen { left: place("x", "dx") - back, base: place("y", "dy"), scale, data: String::new() };
    let start = pen.left;
    for (glyph, at) in glyphs {
        pen.left = start + at * scale;
        face.outline_glyph(glyph, &mut pen);
    }
    pen.data
}

/// Returns the glyphs of a text, each with its distance from the start, and the width of all, in
/// units of the font.
fn placed(label: &str, face: &Face) -> (Vec<(GlyphId, f64)>, f64) {
    let mut glyphs = Vec::new();
    let (mut at, mut before) = (0.0, None);
    for letter in label.chars() {
        // What the font lacks is drawn as its empty box.
        let glyph = face.glyph_index(letter).unwrap_or(GlyphId(0));
        at += before.map_or(0.0, |before| kerning(before, glyph, face));
        glyphs.push((glyph, at));
        at += f64::from(face.glyph_hor_advance(glyph).unwrap_or(0));
        before = Some(glyph);
    }
    (glyphs, at)
}

/// Returns what a pair of glyphs is moved apart, in units of the font.
fn kerning(left: GlyphId, right: GlyphId, face: &Face) -> f64 {
    let tables = face.tables().kern.into_iter().flat_map(|kern| kern.subtables);
    let plain = tables.filter(|table| table.horizontal && !table.variable && !table.has_cross_stream);
    plain.filter_map(|table| table.glyphs_kerning(left, right)).map(f64::from).next().unwrap_or(0.0)
}

/// Returns the value of an attribute.
fn attribute<'a>(attributes: &'a str, name: &str) -> Option<&'a str> {
    let mut parts = attributes.split('"');
    while let (Some(key), Some(value)) = (parts.next(), parts.next()) {
        if key.trim().strip_suffix('=') == Some(name) {
            return Some(value);
        }
    }
    None
}

/// Returns the text of [`escaped`](super::markup::escaped) text.
fn unescaped(text: &str) -> String {
    [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")]
        .iter()
        .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

/// Writes outlines as data of a path.
struct Pen {
    /// Left edge and base line of the glyph, in units of the drawing.
    left: f64,
    base: f64,
    /// Units of the drawing for one of the font.
    scale: f64,
    data: String,
}

impl Pen {
    fn add(&mut self, command: char, points: &[(f32, f32)]) {
        self.data.push(command);
        for (x, y) in points {
            let (x, y) = (self.left + f64::from(*x) * self.scale, self.base - f64::from(*y) * self.scale);
            let _ = write!(self.data, "{x:.2} {y:.2} ");
        }
    }
}

impl OutlineBuilder for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.add('M', &[(x, y)]);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.add('L', &[(x, y)]);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.add('Q', &[(x1, y1), (x, y)]);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        self.add('C', &[(x1, y1), (x2, y2), (x, y)]);
    }

    fn close(&mut self) {
        self.add('Z', &[]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn face() -> Face<'static> {
        Face::parse(dejavu::sans::regular(), 0).unwrap()
    }

    /// Returns the least and greatest x of a path.
    fn across(svg: &str) -> (f64, f64) {
        let data = svg.split("d=\"").nth(1).unwrap().split('"').next().unwrap();
        let numbers = data.split(|c: char| c.is_ascii_alphabetic() || c == ' ').filter_map(|text| text.parse().ok());
        let x: Vec<f64> = numbers.step_by(2).collect();
        (x.iter().copied().fold(f64::MAX, f64::min), x.iter().copied().fold(f64::MIN, f64::max))
    }

    #[test]
    fn a_text_ends_begins_or_stands_around_its_place() {
        let text = |anchor: &str| {
            outlined(
                &format!("<svg><text class=\"ink\" x=\"100\" dx=\"-10\" y=\"9\"{anchor}>HiH</text></svg>"),
                &face(),
            )
        };
        let (start, middle, end) =
            (text(""), text(" text-anchor=\"middle\""), text(" text-anchor=\"end\" font-size=\"26\""));
        assert!(start.starts_with("<svg><path class=\"ink\" d=\"M") && start.ends_with("\"/></svg>"), "{start}");
        let (left, right) = across(&start);
        assert!(left > 90.0 && left < 92.0 && right > 110.0 && right < 115.0, "{left} {right}");
        let (from, to) = across(&middle);
        assert!((from + to - 180.0).abs() < 0.1 && ((to - from) - (right - left)).abs() < 0.02, "{from} {to}");
        let (from, to) = across(&end);
        assert!(to < 90.0 && ((to - from) - 2.0 * (right - left)).abs() < 0.03, "{from} {to}");
    }

    #[test]
    fn escaped_signs_are_letters_and_other_parts_stay() {
        let svg = outlined("<g><text x=\"0\" y=\"0\">&lt;&amp;&gt;</text><path d=\"M0 0\"/><text x=\"1\">", &face());
        let plain = outlined("<text x=\"0\" y=\"0\">A</text>", &face());
        assert_eq!(svg.matches("<path").count(), 2);
        assert!(svg.ends_with("<path d=\"M0 0\"/>") && !svg.contains("text") && svg.len() > plain.len());
    }

    #[test]
    fn pairs_are_kerned() {
        let width = |label| placed(label, &face()).1;
        assert!(width("AV") < width("A") + width("V"));
        assert_eq!(width("HH"), 2.0 * width("H"));
    }
}
