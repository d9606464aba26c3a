//! The documents that `mixdown play` reads.

use crate::cli::Failure;
use crate::cli::terminal::shown;
use mixdown_engine::io::{OutputKind, same_place};
use mixdown_engine::live::{RenderedGain, RenderedLevels, Timed};
use mixdown_engine::session::Session;
use std::io::BufReader;
use std::path::{Path, PathBuf};

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
    let report = read(path)?;
    let master = &report["master"];
    let before = &master["before"];
    match (before["integrated_lufs"].as_f64(), before["true_peak_dbtp"].as_f64()) {
        (Some(integrated_lufs), Some(true_peak_dbtp)) => {
            let found = master["target_lufs"].as_f64().zip(master["gain_db"].as_f64());
            let ceiling_dbtp = master["ceiling_dbtp"].as_f64();
            let found = found.map(|(target_lufs, gain_db)| RenderedGain { target_lufs, ceiling_dbtp, gain_db });
            let measured = RenderedLevels { integrated_lufs, true_peak_dbtp, found };
            Ok(FoundReport { measured, doubt: doubt(path, &report, session) })
        }
        _ => Err(Failure::Other(format!("{}: it does not hold the loudness of a mix", path.display()))),
    }
}

/// Returns a warning where the report is that of other stems than those of the session.
fn doubt(path: &Path, report: &serde_json::Value, session: &Session) -> Option<String> {
    let tracks = report["session"]["tracks"].as_array()?;
    let rendered: Vec<PathBuf> = tracks.iter().filter_map(|track| track["file"].as_str()).map(PathBuf::from).collect();
    let played: Vec<&Path> = session.tracks.iter().map(|track| &*track.file).collect();
    let not_rendered = played.iter().find(|file| !rendered.iter().any(|other| is_same(file, other)));
    let not_played = rendered.iter().find(|file| !played.iter().any(|other| is_same(other, file)));
    let (file, what) = match (not_rendered, not_played) {
        (Some(file), _) => (*file, "is not in it"),
        (None, Some(file)) => (&**file, "is in it and not played"),
        (None, None) if rendered.len() == played.len() => return None,
        (None, None) => (*played.first()?, "is not as often in it as it is played"),
    };
    Some(format!(
        "{}: the report of other stems, whose loudness is another: {} {what}; render these stems, and name that report",
        shown(path),
        shown(file)
    ))
}

/// Returns true if a stem is the one of a report. Where the path in the report does not exist, as
/// from another folder, the file names are compared.
fn is_same(played: &Path, rendered: &Path) -> bool {
    if rendered.exists() { same_place(played, rendered) } else { played.file_name() == rendered.file_name() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_report_of_other_stems_is_doubted() {
        let session = Session::from_stems(&["gone/a.wav".into(), "gone/b.wav".into()]);
        let doubt_of = |files: &[&str]| {
            let tracks: Vec<_> = files.iter().map(|file| json!({ "file": file })).collect();
            doubt(Path::new("r.json"), &json!({ "session": { "tracks": tracks } }), &session)
        };
        assert_eq!(doubt_of(&["b.wav", "elsewhere/a.wav"]), None);
        for (files, expected) in [
            (&["a.wav"][..], "gone/b.wav is not in it"),
            (&["a.wav", "b.wav", "c.wav"], "c.wav is in it and not played"),
            (&["a.wav", "b.wav", "b.wav"], "gone/a.wav is not as often"),
        ] {
            assert!(doubt_of(files).is_some_and(|doubt| doubt.contains(expected)), "{files:?}");
        }
        assert_eq!(doubt(Path::new("r.json"), &json!({}), &session), None, "older reports name no stems");
    }
}
