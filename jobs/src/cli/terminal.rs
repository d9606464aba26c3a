//! What a person sees: colours as asked, and no control character of a file's name.

use clap::{Args, ColorChoice};
use std::borrow::Cow;
use std::io::{self, IsTerminal, Write};
use std::sync::OnceLock;

/// What every command takes.
#[derive(Clone, Copy, Debug, Args)]
pub(super) struct TerminalArguments {
    /// Tell more on standard error: every stem, its rate, its place.
    #[arg(short, long, global = true)]
    verbose: bool,
    /// Colours: auto is on a terminal, unless NO_COLOR is set.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    color: ColorChoice,
}

static CHOSEN: OnceLock<TerminalArguments> = OnceLock::new();

impl TerminalArguments {
    /// Makes them hold for the rest of the process.
    pub(super) fn choose(self) {
        match self.color {
            ColorChoice::Always => ratatui::crossterm::style::force_color_output(true),
            ColorChoice::Never => ratatui::crossterm::style::force_color_output(false),
            ColorChoice::Auto => {}
        }
        // The arguments are parsed once.
        let _ = CHOSEN.set(self);
    }
}

/// The choice of colours, read from the raw arguments: help and wrong usage are shown before they
/// are parsed.
pub(super) fn color_of(arguments: impl Iterator<Item = std::ffi::OsString>) -> ColorChoice {
    let mut arguments = arguments.take_while(|argument| argument != "--");
    let mut choice = ColorChoice::Auto;
    while let Some(argument) = arguments.next() {
        let value = match argument.to_str() {
            Some("--color") => arguments.next(),
            Some(text) => text.strip_prefix("--color=").map(Into::into),
            None => None,
        };
        let parsed = value.and_then(|value| value.to_str().and_then(|value| value.parse().ok()));
        choice = parsed.unwrap_or(choice);
    }
    choice
}

/// Whether more is to be told.
pub(super) fn is_verbose() -> bool {
    CHOSEN.get().is_some_and(|chosen| chosen.verbose)
}

/// Whether standard error is shown in colours.
pub(super) fn has_colours() -> bool {
    match CHOSEN.get().map(|chosen| chosen.color) {
        Some(ColorChoice::Always) => true,
        Some(ColorChoice::Never) => false,
        _ => io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
    }
}

/// The text with its control characters escaped, but for the ends of lines and tabs: what a file is
/// called must not move the cursor.
pub(super) fn plain(text: &str) -> Cow<'_, str> {
    let moves = |character: char| character.is_control() && !matches!(character, '\n' | '\t');
    if !text.contains(moves) {
        return text.into();
    }
    let escaped = text
        .chars()
        .map(|character| if moves(character) { character.escape_default().to_string() } else { character.to_string() });
    escaped.collect::<String>().into()
}

/// Writes a line to standard error.
pub(super) fn tell(text: &str) {
    let _ = writeln!(io::stderr(), "{}", plain(text));
}

/// Writes a line to standard error that begins with a word in yellow.
pub(super) fn warn(text: &str) {
    begin("warning:", "33", text);
}

/// Writes why the program fails to standard error.
pub(super) fn fail(text: &str) {
    begin("mixdown:", "1;31", text);
}

fn begin(word: &str, style: &str, text: &str) {
    let word = if has_colours() { format!("\u{1b}[{style}m{word}\u{1b}[0m") } else { word.to_owned() };
    let _ = writeln!(io::stderr(), "{word} {}", plain(text));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_do_not_move_the_cursor() {
        assert_eq!(plain("a\u{1b}[31m.wav\r"), "a\\u{1b}[31m.wav\\r");
        assert_eq!(plain("\u{9b}2J"), "\\u{9b}2J");
        assert!(matches!(plain("ü – ♪\n\tb"), Cow::Borrowed(_)));
    }

    #[test]
    fn colours_are_chosen_before_the_arguments_are_parsed() {
        let color = |text: &str| color_of(text.split(' ').map(Into::into));
        assert_eq!(color("render --color never"), ColorChoice::Never);
        assert_eq!(color("--color=always render"), ColorChoice::Always);
        assert_eq!(color("render -- --color=always"), ColorChoice::Auto);
        assert_eq!(color("render --color blue"), ColorChoice::Auto);
    }
}
