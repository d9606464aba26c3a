//! `mixdown.toml`.

use super::Settings;
use super::duration::written;
use crate::kinds::Kinds;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;
use thiserror::Error;

/// Name of the file, searched for in the current folder.
pub const SETTINGS_FILE: &str = "mixdown.toml";

/// Error while reading settings.
#[derive(Debug, Error)]
pub enum SettingsError {
    /// The file cannot be read.
    #[error("{path}: cannot be read: {source}", path = .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The operating system's error.
        source: io::Error,
    },
    /// The file is invalid.
    #[error("{path}: {detail}", path = .path.display())]
    Parse {
        /// The file.
        path: PathBuf,
        /// Position and reason.
        detail: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
struct Document {
    media_dir: Option<PathBuf>,
    storage_dir: Option<PathBuf>,
    jobs: Jobs,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Jobs {
    max_attempts: Option<u32>,
    memory_mb: Option<u64>,
    #[serde(deserialize_with = "written")]
    render_time: Option<Duration>,
    session_cap: Option<usize>,
    #[serde(deserialize_with = "written")]
    keep_history: Option<Duration>,
    #[serde(deserialize_with = "written")]
    keep_imports: Option<Duration>,
    max_share: Option<f64>,
    #[serde(deserialize_with = "written")]
    cleanup_every: Option<Duration>,
    #[serde(deserialize_with = "written")]
    cleanup_grace: Option<Duration>,
    #[serde(deserialize_with = "written")]
    cleanup_at_most: Option<Duration>,
    keep: BTreeMap<String, Keep>,
    hung_after_minutes: BTreeMap<String, u64>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Keep {
    #[serde(deserialize_with = "written")]
    complete: Option<Duration>,
    #[serde(deserialize_with = "written")]
    error: Option<Duration>,
    #[serde(deserialize_with = "written")]
    cancelled: Option<Duration>,
}

fn set<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

impl Settings {
    /// Applies the settings of a file. Relative folders in it are relative to the file's own
    /// folder.
    ///
    /// # Errors
    /// When it cannot be read, or has an invalid key or value.
    pub fn read(&mut self, path: &Path) -> Result<(), SettingsError> {
        let text =
            std::fs::read_to_string(path).map_err(|source| SettingsError::Read { path: path.to_path_buf(), source })?;
        self.take(&text, path.parent().unwrap_or(Path::new("")))
            .map_err(|detail| SettingsError::Parse { path: path.to_path_buf(), detail })
    }

    fn take(&mut self, text: &str, folder: &Path) -> Result<(), String> {
        let Document { media_dir, storage_dir, jobs } =
            toml::from_str(text).map_err(|error| error.to_string().trim_end().to_owned())?;
        set(&mut self.media, media_dir.map(|path| folder.join(path)));
        set(&mut self.storage, storage_dir.map(|path| folder.join(path)));
        if jobs.max_attempts == Some(0) {
            return Err("jobs.max_attempts: at least 1".into());
        }
        if jobs.max_share.is_some_and(|share| !(0.0..=1.0).contains(&share)) {
            return Err("jobs.max_share: 0 to 1".into());
        }
        set(&mut self.max_attempts, jobs.max_attempts);
        set(&mut self.memory_mb, jobs.memory_mb);
        set(&mut self.render_time, jobs.render_time);
        set(&mut self.policy.session_cap, jobs.session_cap);
        set(&mut self.policy.history, jobs.keep_history);
        set(&mut self.policy.imports, jobs.keep_imports);
        set(&mut self.policy.max_share, jobs.max_share);
        set(&mut self.cleanup.every, jobs.cleanup_every.map(|every| every.max(Duration::from_secs(1))));
        set(&mut self.cleanup.grace, jobs.cleanup_grace);
        set(&mut self.cleanup.at_most, jobs.cleanup_at_most);
        for (name, keep) in jobs.keep {
            let row = self.policy.expiry.get_mut(name.as_str()).ok_or_else(|| unknown(&self.kinds, "keep", &name))?;
            set(&mut row.complete, keep.complete);
            set(&mut row.error, keep.error);
            set(&mut row.cancelled, keep.cancelled);
        }
        for (name, minutes) in jobs.hung_after_minutes {
            let row = self.hung_after.get_mut(name.as_str());
            *row.ok_or_else(|| unknown(&self.kinds, "hung_after_minutes", &name))? =
                Duration::from_secs(minutes.saturating_mul(60));
        }
        Ok(())
    }
}

/// Returns the error for a key that names no type of job.
fn unknown(kinds: &Kinds, table: &str, name: &str) -> String {
    let known: Vec<_> = kinds.iter().map(|kind| kind.name()).collect();
    format!("jobs.{table}.{name}: not a type of job; the types are {}", known.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_sets_only_the_keys_it_names() {
        let mut settings = Settings::default();
        let text = "media_dir = 'm'\n[jobs]\nsession_cap = 7\nkeep_history = '2d'\n[jobs.keep.mix]\ncomplete = '1h'\n\
                    [jobs.hung_after_minutes]\nexport = 3\n";
        settings.take(text, Path::new("/etc")).unwrap();
        let mut expected = Settings { media: "/etc/m".into(), ..Settings::default() };
        expected.policy.session_cap = 7;
        expected.policy.history = Duration::from_secs(172_800);
        expected.policy.expiry.get_mut("mix").unwrap().complete = Duration::from_secs(3_600);
        expected.hung_after.insert("export", Duration::from_secs(180));
        assert_eq!(settings, expected);
    }

    #[test]
    fn the_documented_file_has_the_defaults() {
        let page = include_str!("../../../../docs/jobs.md");
        let text = page.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
        let mut settings = Settings { max_attempts: 9, ..Settings::default() };
        settings.policy.session_cap = 9;
        settings.take(text, Path::new("")).unwrap();
        assert_eq!(settings, Settings::default());
    }

    #[test]
    fn a_wrong_key_or_value_is_refused_by_name() {
        for (text, caption) in [
            ("medla_dir = 'm'", "medla_dir"),
            ("[jobs]\nkeep_history = 'soon'", "soon"),
            ("[jobs.keep.dance]\nerror = '1d'", "jobs.keep.dance"),
            ("[jobs.hung_after_minutes]\ndance = 1", "jobs.hung_after_minutes.dance"),
            ("[jobs]\nmax_share = 2.0", "max_share"),
        ] {
            let error = Settings::default().take(text, Path::new("")).unwrap_err();
            assert!(error.contains(caption), "{error}");
        }
    }

    #[test]
    fn a_type_added_in_code_has_settings_in_the_file_and_one_replaced_keeps_them() {
        struct Dance;
        impl crate::kinds::JobKind for Dance {
            fn name(&self) -> &'static str {
                "dance"
            }
            fn hung_after(&self) -> Duration {
                Duration::from_secs(60)
            }
        }
        let mut settings = Settings::default().with(Dance);
        assert_eq!(settings.hung_after("dance"), Duration::from_secs(60));
        settings.take("[jobs]\nkeep.dance.error = '1d'\nhung_after_minutes.dance = 2", Path::new("")).unwrap();
        let settings = settings.with(Dance);
        assert_eq!(settings.hung_after("dance"), Duration::from_secs(120));
        assert_eq!(settings.policy.expiry["dance"].error, Duration::from_secs(86_400));
    }
}
