//! The documents that `mixdown play` reads.

use crate::cli::Failure;
use mixdown_engine::io::OutputKind;
use mixdown_engine::render::live::{FoundGain, Measured, Timed};
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

/// A list of commands, as `--log` writes it.
pub(super) fn read_commands(path: &Path) -> Result<Vec<Timed>, Failure> {
    serde_json::from_value(read(path)?)
        .map_err(|error| Failure::Other(format!("{}: not a list of commands: {error}", path.display())))
}

/// What the report.json of an earlier render says about the loudness of its mix.
pub(super) fn read_report(path: &Path) -> Result<Measured, Failure> {
    let report = read(path)?;
    let master = &report["master"];
    let before = &master["before"];
    match (before["integrated_lufs"].as_f64(), before["true_peak_dbtp"].as_f64()) {
        (Some(integrated_lufs), Some(true_peak_dbtp)) => {
            let found = master["target_lufs"].as_f64().zip(master["gain_db"].as_f64());
            let ceiling_dbtp = master["ceiling_dbtp"].as_f64();
            let found = found.map(|(target_lufs, gain_db)| FoundGain { target_lufs, ceiling_dbtp, gain_db });
            Ok(Measured { integrated_lufs, true_peak_dbtp, found })
        }
        _ => Err(Failure::Other(format!("{}: it says nothing of the loudness of a mix", path.display()))),
    }
}
