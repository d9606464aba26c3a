//! The colours of the page and the pictures, light and dark, and the drawing rules that both share.

use std::fmt::Write as _;

/// Name, light, dark. Text and lines keep a contrast of 4.5 and 3 to the card they lie on.
const COLOURS: [(&str, &str, &str); 19] = [
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
    ("bad-back", "#fbe9e4", "#41241d"),
];

/// How drawings look; `var(--name)` stands for a colour.
const DRAWING: &str = include_str!("drawing.css");

/// The colours as custom properties of a page that follows the reader's choice of light or dark.
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

/// The drawing rules with the light colours in their places: for pictures, which know no custom properties.
pub(super) fn picture_style() -> String {
    COLOURS.iter().fold(DRAWING.to_owned(), |style, (name, light, _)| style.replace(&format!("var(--{name})"), light))
}
