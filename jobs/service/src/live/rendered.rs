//! Levels of an earlier render, read from its report: the gain that a live mix plays at.

use mixdown_engine::io::same_place;
use mixdown_engine::live::{RenderedGain, RenderedLevels};
use mixdown_engine::master::{GainPlan, MasterLimiter, MasterTarget};
use mixdown_engine::session::Session;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// A mix as its report describes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RenderedMix {
    /// Integrated loudness before the master's gain, in LUFS.
    integrated_lufs: f64,
    /// True peak before the master's gain, in dBTP.
    true_peak_dbtp: f64,
    /// Loudness target, in LUFS.
    target_lufs: Option<f64>,
    /// Ceiling, in dBTP.
    ceiling_dbtp: Option<f64>,
    /// The limiter under the ceiling.
    limiter: MasterLimiter,
    /// Gain that was found, in dB.
    gain_db: Option<f64>,
    /// The stems; `None` in reports of older versions.
    stems: Option<Vec<PathBuf>>,
}

/// Returns the limiter of a report's master; that of older versions where it names none.
fn limiter_of(master: &Value) -> MasterLimiter {
    let style = serde_json::from_value(master["limiter_style"].clone());
    let link = master["limiter_stereo_link_percent"].as_f64();
    MasterLimiter {
        style: style.unwrap_or(MasterLimiter::CLEAN.style),
        stereo_link_percent: link.unwrap_or(MasterLimiter::CLEAN.stereo_link_percent),
    }
}

/// A stem by which a report differs from a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherStem {
    /// The stem.
    pub file: PathBuf,
    /// Its difference, to follow the name in a sentence.
    pub difference: &'static str,
}

impl RenderedMix {
    /// Reads a `report.json`; `None` where it has no loudness of a mix.
    pub fn of_report(report: &Value) -> Option<Self> {
        let master = &report["master"];
        let before = &master["before"];
        let tracks = report["session"]["tracks"].as_array();
        let file = |track: &Value| track["file"].as_str().map(PathBuf::from);
        Some(Self {
            integrated_lufs: before["integrated_lufs"].as_f64()?,
            true_peak_dbtp: before["true_peak_dbtp"].as_f64()?,
            target_lufs: master["target_lufs"].as_f64(),
            ceiling_dbtp: master["ceiling_dbtp"].as_f64(),
            limiter: limiter_of(&report["session"]["master"]),
            gain_db: master["gain_db"].as_f64(),
            stems: tracks.map(|tracks| tracks.iter().filter_map(file).collect()),
        })
    }

    /// Returns the levels for a live engine.
    pub fn levels(&self) -> RenderedLevels {
        let Self { integrated_lufs, true_peak_dbtp, ceiling_dbtp, limiter, .. } = *self;
        let found = self.target_lufs.zip(self.gain_db);
        let found = found.map(|(target_lufs, gain_db)| RenderedGain { target_lufs, ceiling_dbtp, limiter, gain_db });
        RenderedLevels { integrated_lufs, true_peak_dbtp, found }
    }

    /// Returns the gain at which a session plays with these levels, in dB.
    pub(super) fn gain_db(&self, target: &MasterTarget) -> f64 {
        let aim = (target.target_lufs, target.ceiling_dbtp, target.limiter);
        let same = (self.target_lufs, self.ceiling_dbtp, self.limiter) == aim;
        match self.gain_db.filter(|_| same && target.target_lufs.is_some()) {
            Some(gain_db) => gain_db,
            None => GainPlan::first(target, Some(self.integrated_lufs), Some(self.true_peak_dbtp)).gain_db,
        }
    }

    /// Returns a stem that only one of report and session has; `None` where they have the same.
    pub fn other_stem(&self, session: &Session) -> Option<OtherStem> {
        let rendered = self.stems.as_deref()?;
        let played: Vec<&Path> = session.tracks.iter().map(|track| &*track.file).collect();
        let not_rendered = played.iter().find(|file| !rendered.iter().any(|other| is_same(file, other)));
        let not_played = rendered.iter().find(|file| !played.iter().any(|other| is_same(other, file)));
        let (file, difference) = match (not_rendered, not_played) {
            (Some(file), _) => (*file, "is not in it"),
            (None, Some(file)) => (&**file, "is in it and not played"),
            (None, None) if rendered.len() == played.len() => return None,
            (None, None) => (*played.first()?, "is not as often in it as it is played"),
        };
        Some(OtherStem { file: file.to_path_buf(), difference })
    }
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

    fn report(files: &[&str]) -> Value {
        let tracks: Vec<_> = files.iter().map(|file| json!({ "file": file })).collect();
        let before = json!({ "integrated_lufs": -20.0, "true_peak_dbtp": -8.0 });
        let master = json!({ "before": before, "target_lufs": -14.0, "ceiling_dbtp": -1.0, "gain_db": 6.25 });
        json!({ "master": master, "session": { "tracks": tracks } })
    }

    #[test]
    fn a_report_of_other_stems_is_recognised() {
        let session = Session::from_stems(&["gone/a.wav".into(), "gone/b.wav".into()]);
        let other = |files: &[&str]| RenderedMix::of_report(&report(files)).unwrap().other_stem(&session);
        assert_eq!(other(&["b.wav", "elsewhere/a.wav"]), None);
        for (files, file, difference) in [
            (&["a.wav"][..], "gone/b.wav", "is not in it"),
            (&["a.wav", "b.wav", "c.wav"], "c.wav", "is in it and not played"),
            (&["a.wav", "b.wav", "b.wav"], "gone/a.wav", "is not as often in it as it is played"),
        ] {
            assert_eq!(other(files), Some(OtherStem { file: file.into(), difference }), "{files:?}");
        }
        let mut older = report(&[]);
        older["session"] = Value::Null;
        assert_eq!(RenderedMix::of_report(&older).unwrap().other_stem(&session), None, "it names no stems");
    }

    #[test]
    fn another_target_has_the_gain_that_follows_from_the_loudness() {
        let mix = RenderedMix::of_report(&report(&[])).unwrap();
        let at = |target_lufs| MasterTarget {
            target_lufs,
            ceiling_dbtp: Some(-1.0),
            max_limiting_db: 6.0,
            limiter: MasterLimiter::CLEAN,
        };
        assert_eq!(mix.gain_db(&at(Some(-14.0))), 6.25);
        assert_eq!(mix.gain_db(&at(Some(-16.0))), 4.0);
        assert_eq!(mix.gain_db(&at(None)), 0.0);
        assert_eq!(RenderedMix::of_report(&json!({})), None);
    }
}
