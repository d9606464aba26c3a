//! Output for people: colours as requested, and no control character of a file's name.

use clap::{Args, ColorChoice};
use std::borrow::Cow;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

/// Arguments of every command.
#[derive(Clone, Copy, Debug, Args)]
pub(super) struct TerminalArguments {
    /// Print more on standard error: render and play name every stem and what alignment decided,
    /// jobs the events in the queue. -q wins over it.
    #[arg(short, long, global = true)]
    verbose: bool,
    /// Colours: auto is on a terminal, unless NO_COLOR is set.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    color: ColorChoice,
}

static CHOSEN: OnceLock<TerminalArguments> = OnceLock::new();
static QUIET: AtomicBool = AtomicBool::new(false);

impl TerminalArguments {
    /// Makes them hold for the rest of the process; `quiet` leaves standard error to errors.
    pub(super) fn choose(self, quiet: bool) {
        QUIET.store(quiet, Ordering::Relaxed);
        match self.color {
            ColorChoice::Always => ratatui::crossterm::style::force_color_output(true),
            ColorChoice::Never => ratatui::crossterm::style::force_color_output(false),
            ColorChoice::Auto => {}
        }
        // The arguments are parsed once.
        let _ = CHOSEN.set(self);
    }
}

/// Returns the choice of colours, read from the raw arguments: help and wrong usage are shown
/// before they are parsed.
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

/// Returns true if standard error is for errors alone.
pub(super) fn is_quiet() -> bool {
    QUIET.load(Ordering::Relaxed)
}

/// Returns true if more is to be printed.
pub(super) fn is_verbose() -> bool {
    !is_quiet() && CHOSEN.get().is_some_and(|chosen| chosen.verbose)
}

/// Returns true if standard error is shown in colours.
pub(super) fn has_colours() -> bool {
    match CHOSEN.get().map(|chosen| chosen.color) {
        Some(ColorChoice::Always) => true,
        Some(ColorChoice::Never) => false,
        _ => io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
    }
}

/// Returns the text with its control characters escaped, except line feeds and tabs: the name of a
/// file must not move the cursor.
pub(super) fn plain(text: &str) -> Cow<'_, str> {
    without(text, |character| character.is_control() && !matches!(character, '\n' | '\t'))
}

/// Returns the text with all its control characters escaped, so that a name stays in its line.
pub(super) fn one_line(text: &str) -> Cow<'_, str> {
    without(text, char::is_control)
}

/// Returns a path as a person reads it, in one line.
pub(super) fn shown(path: &Path) -> String {
    one_line(&path.display().to_string()).into_owned()
}

fn without(text: &str, moves: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&moves) {
        return text.into();
    }
    let escaped = text
        .chars()
        .map(|character| if moves(character) { character.escape_default().to_string() } else { character.to_string() });
    escaped.collect::<String>().into()
}

/// Writes a line to standard error; nothing with `--quiet`.
pub(super) fn print_note(text: &str) {
    if !is_quiet() {
        let _ = writeln!(io::stderr(), "{}", one_line(text));
    }
}

/// Writes a line to standard error that begins with a word in yellow; nothing with `--quiet`.
pub(super) fn warn(text: &str) {
    if !is_quiet() {
        begin("warning:", "33", &one_line(text));
    }
}

/// Writes the reason of a failure to standard error; names in the text are in one line already.
pub(super) fn fail(text: &str) {
    begin("mixdown:", "1;31", text);
}

/// Writes the error in the arguments to standard error, in the words of their parser.
pub(super) fn refuse(text: &str) {
    let arguments = std::env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned());
    let _ = writeln!(io::stderr(), "{}", plain(&with_values_in_one_line(text, arguments)));
}

/// Returns the text with the arguments in it escaped, and with the values of `--flag=value`.
fn with_values_in_one_line(text: &str, arguments: impl Iterator<Item = String>) -> String {
    let mut text = text.to_owned();
    for argument in arguments.filter(|argument| argument.contains(char::is_control)) {
        let value = argument.split_once('=').map_or("", |(_, value)| value);
        for part in [&*argument, value] {
            if part.contains(char::is_control) {
                text = text.replace(part, &one_line(part));
            }
        }
    }
    text
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
        assert_eq!(one_line("a\nb\t.wav\u{1b}"), "a\\nb\\t.wav\\u{1b}");
        assert_eq!(shown(Path::new("x\ny/ü.wav")), "x\\ny/ü.wav");
    }

    #[test]
    fn quoted_arguments_stay_on_their_lines() {
        let arguments = ["--name=a\nb", "c\nd"].map(String::from);
        let text = "error: 'a\nb' and 'c\nd'\n\nUsage: mixdown";
        assert_eq!(
            with_values_in_one_line(text, arguments.into_iter()),
            "error: 'a\\nb' and 'c\\nd'\n\nUsage: mixdown"
        );
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
