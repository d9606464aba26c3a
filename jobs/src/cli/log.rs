//! The log on standard error: one line per event in the life of jobs.

use super::terminal;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Name of the variable that filters the log: `debug`, `warn`, `mixdown::jobs=info`, several with
/// commas.
const FILTER: &str = "MIXDOWN_LOG";

/// Shows events from `level` on, from info with `--verbose`, errors alone with `--quiet`, or as
/// `MIXDOWN_LOG` sets.
pub(super) fn start(level: LevelFilter) {
    start_as(level, false);
}

/// Shows events as [`start`] does, as lines of text or as one JSON object each.
pub(super) fn start_as(level: LevelFilter, json: bool) {
    let level = match (terminal::is_quiet(), terminal::is_verbose()) {
        (true, _) => LevelFilter::ERROR,
        (false, true) => level.max(LevelFilter::INFO),
        (false, false) => level,
    };
    let requested = std::env::var(FILTER).ok().filter(|requested| !requested.is_empty());
    let filter = match requested.as_deref().map(str::parse::<Targets>) {
        Some(Ok(filter)) => filter,
        Some(Err(error)) => {
            terminal::warn(&format!("{FILTER}: {error}; trace, debug, info, warn, error or off"));
            Targets::new().with_default(level)
        }
        None => Targets::new().with_default(level),
    };
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(terminal::has_colours() && !json)
        .with_target(false);
    let registry = tracing_subscriber::registry().with(filter);
    // A program that uses this as a library may have begun another one.
    let _ = if json { registry.with(lines.json()).try_init() } else { registry.with(lines).try_init() };
}
