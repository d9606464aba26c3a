//! Text for HTML and SVG: escaped, with numbers as people read them.

use std::fmt::Write as _;

/// Returns the address of a file beside the page: everything but letters, digits and a few marks is
/// escaped.
pub(super) fn address(file: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    file.bytes().fold(String::new(), |mut out, byte| {
        if plain(byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

/// Returns text from outside (file names, track names, sentences about them), safe between tags and
/// in quoted attributes.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // Not allowed in XML, and of no use to a reader.
            control if control.is_control() => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
    out
}

/// Returns a sentence from outside, safe between tags. It has the minus sign of the rest of the
/// page, and flags such as `--align` in one piece.
pub(super) fn prose(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut quoted = false;
    for (index, word) in text.split(' ').enumerate() {
        if index > 0 {
            out.push(' ');
        }
        if !quoted && is_flag(word) {
            let _ = write!(out, "<span class=\"value\">{}</span>", escaped(word));
        } else if !quoted && is_negative(word) {
            out += &escaped(&word.replacen('-', "−", 1));
        } else {
            out += &escaped(word);
        }
        quoted ^= word.matches('"').count() % 2 == 1;
    }
    out
}

fn is_flag(word: &str) -> bool {
    word.strip_prefix("--").is_some_and(|name| name.starts_with(|first: char| first.is_ascii_lowercase()))
}

/// Returns true if a word is a number with a minus sign, also in brackets or before a comma. A name
/// with a hyphen and a digit in it is not.
fn is_negative(word: &str) -> bool {
    let number = word.trim_start_matches('(').trim_end_matches([')', ',', ';', ':', '.']);
    number.strip_prefix('-').is_some_and(|digits| digits.parse::<f64>().is_ok_and(|value| value >= 0.0))
}

/// Returns a value in one piece, its unit included.
pub fn value(html: &str) -> String {
    format!("<span class=\"value\">{html}</span>")
}

/// Returns a number with this many decimals and a real minus sign.
pub fn number(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let zero = text.chars().all(|c| matches!(c, '-' | '0' | '.'));
    if zero { text.replace('-', "") } else { text.replace('-', "−") }
}

/// Returns a reading with one decimal, or a dash where there is none.
pub fn reading(value: Option<f64>) -> String {
    value.map_or_else(|| "–".into(), |value| number(value, 1))
}

/// Returns minutes and seconds: `3:07`, or `0:07.5` with decimals.
pub fn clock_time(seconds: f64, decimals: usize) -> String {
    let scale = 10_f64.powi(decimals as i32);
    let seconds = (seconds * scale).round() / scale;
    let (minutes, rest) = ((seconds / 60.0).floor(), seconds % 60.0);
    if decimals == 0 {
        format!("{minutes:.0}:{rest:02.0}")
    } else {
        let width = 3 + decimals;
        format!("{minutes:.0}:{rest:0width$.decimals$}")
    }
}

/// Returns a coordinate of a drawing: a tenth of a unit is finer than any screen.
pub fn coordinate(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or_else(|| text.clone(), str::to_owned)
}

/// Returns the `d` of an open line through points; `None` breaks it.
pub(super) fn line_path(points: impl IntoIterator<Item = Option<(f64, f64)>>) -> String {
    let mut path = String::new();
    let mut pen_down = false;
    for point in points {
        if let Some((x, y)) = point {
            // Writing to a string cannot fail.
            let _ = write!(path, "{}{} {}", if pen_down { "L" } else { "M" }, coordinate(x), coordinate(y));
        }
        pen_down = point.is_some();
    }
    path
}

/// Returns the `d` of the surface between an upper and a lower outline.
pub fn area_path(upper: &[(f64, f64)], lower: &[(f64, f64)]) -> String {
    let around = upper.iter().chain(lower.iter().rev()).map(|point| Some(*point));
    let path = line_path(around);
    if path.is_empty() { path } else { path + "Z" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_from_outside_ends_a_tag_or_an_attribute() {
        let hostile = "<script>alert('x')</script>\" onload=\"&\u{1}";
        let text = escaped(hostile);
        assert!(!text.contains(['<', '>', '"', '\'', '\u{1}']), "{text}");
        assert!(text.starts_with("&lt;script&gt;"));
    }

    #[test]
    fn sentences_have_one_minus_sign_and_flags_stay_whole() {
        assert_eq!(prose("-14.0 LUFS (target -14.0), -1 dBTP."), "−14.0 LUFS (target −14.0), −1 dBTP.");
        assert_eq!(prose("; --align recordings"), "; <span class=\"value\">--align</span> recordings");
        // Names stay as they are.
        for name in ["take -3.wav: cut", "track &quot;x -3 --y&quot; is silent", "a-1 b--c -- -x"] {
            assert_eq!(prose(&name.replace("&quot;", "\"")), name);
        }
        assert_eq!(prose("<b> --<b>"), "&lt;b&gt; --&lt;b&gt;");
    }

    #[test]
    fn numbers_read_as_people_write_them() {
        assert_eq!([number(-14.04, 1), number(-0.04, 1), reading(None)], ["−14.0", "0.0", "–"]);
        assert_eq!([clock_time(187.4, 0), clock_time(59.96, 1), clock_time(59.6, 0)], ["3:07", "1:00.0", "1:00"]);
    }

    #[test]
    fn a_missing_point_breaks_the_line() {
        assert_eq!(line_path([Some((0.0, 1.0)), Some((1.0, 2.25)), None, Some((3.0, 0.0))]), "M0 1L1 2.2M3 0");
        assert_eq!(area_path(&[(0.0, 0.0)], &[(0.0, 1.0)]), "M0 0L0 1Z");
    }
}
