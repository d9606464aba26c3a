//! The colours of the page and the pictures, light and dark, and the drawing rules that both share.

use std::fmt::Write as _;

/// Name, light, dark. Text and lines keep a contrast of 4.5 and 3 to the card they lie on.
const COLOURS: [(&str, &str, &str); 28] = [
    ("page", "#f3f3f0", "#121316"),
    ("card", "#ffffff", "#1b1d22"),
    ("ink", "#1b1d22", "#eceef1"),
    ("muted", "#5b626d", "#a3abb8"),
    ("edge", "#dcdcd7", "#31353d"),
    ("grid", "#e7e7e3", "#2a2e35"),
    ("wave", "#3f74b8", "#6ea6ea"),
    ("momentary", "#86aede", "#41689b"),
    ("short", "#1d559f", "#82b6f5"),
    ("integrated", "#1b1d22", "#eceef1"),
    ("target", "#b4510f", "#f2a057"),
    ("peak", "#7d8794", "#7f8998"),
    ("reduction", "#c2622a", "#e08a4f"),
    ("clip", "#cf1f2e", "#ff6a6f"),
    ("steady", "#22795d", "#5cc5a0"),
    ("pink", "#a83a82", "#e58cc6"),
    ("good", "#1f7a4d", "#63cf9a"),
    ("good-back", "#e4f3ea", "#17342a"),
    ("bad", "#9c3311", "#f2a57f"),
    ("bad-back", "#fbe9e4", "#41241d"),
    ("part-1", "#bcd4f2", "#2c4f80"),
    ("part-2", "#f7cfa5", "#7a4a17"),
    ("part-3", "#bfe3c5", "#2b5f3c"),
    ("part-4", "#f3c1d9", "#7a3560"),
    ("part-5", "#d3c7f0", "#53418c"),
    ("part-6", "#f0e29b", "#66591a"),
    ("part-7", "#aee0e0", "#1f5f63"),
    ("part-8", "#d3d3cd", "#4a4e57"),
];

/// Style sheet of the drawings; `var(--name)` stands for a colour.
const DRAWING: &str = include_str!("drawing.css");

/// Returns the colours as custom properties of a page that follows the reader's choice of light or
/// dark.
pub(super) fn page_colours() -> String {
    let list = |pick: fn(&(&'static str, &'static str, &'static str)) -> &'static str| {
        COLOURS.iter().fold(String::new(), |mut text, colour| {
            let _ = write!(text, "--{}:{};", colour.0, pick(colour));
            text
        })
    };
    format!(
        ":root{{color-scheme:light dark;{}}}@media(prefers-color-scheme:dark){{:root{{{}}}}}{DRAWING}",
        list(|colour| colour.1),
        list(|colour| colour.2)
    )
}

/// Returns the drawing rules with the light colours in their places: for pictures, which support no
/// custom properties.
pub(super) fn picture_style() -> String {
    COLOURS.iter().fold(DRAWING.to_owned(), |style, (name, light, _)| style.replace(&format!("var(--{name})"), light))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the relative luminance of a colour: WCAG 2.2, definition of relative luminance.
    fn luminance(colour: &str) -> f64 {
        let part = |at: usize| {
            let share = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
            if share <= 0.040_45 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
    }

    #[test]
    fn text_has_a_contrast_of_at_least_four_and_a_half() {
        // Words and what they stand on; `card` on `ink` is the readout under the pointer.
        for (word, back) in [
            ("ink", "page"),
            ("ink", "card"),
            ("ink", "bad-back"),
            ("muted", "page"),
            ("muted", "card"),
            ("good", "good-back"),
            ("bad", "bad-back"),
            ("card", "ink"),
            ("ink", "grid"),
            ("ink", "part-1"),
            ("ink", "part-2"),
            ("ink", "part-3"),
            ("ink", "part-4"),
            ("ink", "part-5"),
            ("ink", "part-6"),
            ("ink", "part-7"),
            ("ink", "part-8"),
        ] {
            let colour = |name: &str| COLOURS.iter().find(|colour| colour.0 == name).unwrap();
            let (word, back) = (colour(word), colour(back));
            for (word, back) in [(word.1, back.1), (word.2, back.2)] {
                let (a, b) = (luminance(word), luminance(back));
                let contrast = (a.max(b) + 0.05) / (a.min(b) + 0.05);
                assert!(contrast >= 4.5, "{word} on {back}: {contrast:.2}");
            }
        }
    }
}
