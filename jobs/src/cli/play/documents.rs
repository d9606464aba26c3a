//! The documents that `mixdown play` reads.

use crate::cli::Failure;
use crate::cli::terminal::shown;
use mixdown_engine::io::OutputKind;
use mixdown_engine::live::{RenderedLevels, Timed};
use mixdown_engine::session::Session;
use mixdown_service::{OtherStem, RenderedMix};
use std::io::BufReader;
use std::path::Path;

/// A list of commands with their frames: it parses as one.
pub(super) const COMMAND_LIST: OutputKind = OutputKind::new("a list of commands", |file| {
    serde_json::from_reader::<_, Vec<Timed>>(BufReader::new(file)).is_ok()
});

fn read(path: &Path) -> Result<serde_json::Value, Failure> {
    let fail = |error: &dyn std::fmt::Display| Failure::Other(format!("{}: {error}", path.display()));
    let text = std::fs::read(path).map_err(|error| fail(&error))?;
    serde_json::from_slice(&text).map_err(|error| fail(&error))
}

/// Reads a list of commands, as `--log` writes it.
pub(super) fn read_commands(path: &Path) -> Result<Vec<Timed>, Failure> {
    serde_json::from_value(read(path)?)
        .map_err(|error| Failure::Other(format!("{}: not a list of commands: {error}", path.display())))
}

/// Levels that an earlier render has measured.
pub(super) struct FoundReport {
    pub(super) measured: RenderedLevels,
    /// Reason why they may not apply to the session played.
    pub(super) doubt: Option<String>,
}

/// Returns the loudness of a mix from the report.json of its render.
pub(super) fn read_report(path: &Path, session: &Session) -> Result<FoundReport, Failure> {
    let Some(mix) = RenderedMix::of_report(&read(path)?) else {
        return Err(Failure::Other(format!("{}: it does not hold the loudness of a mix", path.display())));
    };
    let doubt = mix.other_stem(session).map(|OtherStem { file, difference }| {
        format!(
            "{}: the report of other stems, whose loudness is another: {} {difference}; render these stems, and name \
             that report",
            shown(path),
            shown(&file)
        )
    });
    Ok(FoundReport { measured: mix.levels(), doubt })
}
