//! An output folder that may be a URL.

use super::{Files, Stores, go_on, is_url};
use crate::cli::terminal;
use mixdown_orders::{Base, OrderError, OrderResult, Place, Replacement, redact};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Name of the work in results.
const KIND: &str = "render";
/// Files that name the stems.
const REPORTS: [&str; 2] = ["report.json", "report.html"];

/// The output folder of a render.
pub(in crate::cli) enum Output<'a> {
    /// On this machine.
    Local(PathBuf),
    /// In an object store: rendered into a folder of this machine first.
    Remote(Replacement<'a>, TempDir),
}

impl<'a> Output<'a> {
    /// Looks at the folder before the work. With `force`, a `result.json` of another program may be
    /// replaced.
    pub(in crate::cli) fn open(path: &Path, stores: &'a Stores, force: bool) -> Result<Self, OrderError> {
        if !is_url(path) {
            return Ok(Self::Local(path.to_path_buf()));
        }
        match Place::of_output(&path.to_string_lossy(), &Base::Folder(PathBuf::new()))? {
            Place::Local(folder) => Ok(Self::Local(folder)),
            Place::Remote(url) => {
                let remote = stores.remote().ok_or_else(|| OrderError::NoStores { url: redact(&url) })?;
                let replacement = Replacement::begin(&url, remote, force, &mut |_| go_on())?;
                let folder = tempfile::Builder::new().prefix("mixdown-").tempdir();
                Ok(Self::Remote(replacement, folder.map_err(|error| OrderError::io(&std::env::temp_dir(), error))?))
            }
        }
    }

    /// Returns the local folder into which the files are rendered.
    pub(in crate::cli) fn folder(&self) -> &Path {
        match self {
            Self::Local(folder) => folder,
            Self::Remote(_, folder) => folder.path(),
        }
    }

    /// Returns true for a folder on this machine.
    pub(in crate::cli) fn is_local(&self) -> bool {
        matches!(self, Self::Local(_))
    }

    /// Publishes rendered files, the master first, which is left beside `result.json`; `None` on
    /// this machine, where they are in place.
    pub(in crate::cli) fn publish(
        &self,
        rendered: &[PathBuf],
        files: &Files<'_>,
    ) -> Result<Option<OrderResult>, OrderError> {
        let folder = self.folder();
        if files.inputs.has_fetched() {
            name_inputs(folder, |text| files.inputs.named(text))?;
        }
        let checked = files.inputs.check(&mut |_| go_on());
        let Self::Remote(replacement, _) = self else {
            // The files are in place, and whole: they hold what was fetched.
            checked.unwrap_or_else(|error| terminal::warn(&error.to_string()));
            return Ok(None);
        };
        checked?;
        let name = |path: &PathBuf| {
            let below = path.strip_prefix(folder).unwrap_or(path);
            below.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
        };
        let names: Vec<String> = rendered.iter().map(name).collect();
        let beside = names.first().map(String::as_str);
        replacement.publish(KIND, (folder, &names), beside, &mut |_| go_on()).map(Some)
    }
}

/// Writes the URLs of fetched stems into the reports of a folder: `named` exchanges their paths on
/// this machine, which differ each time.
pub(in crate::cli) fn name_inputs(folder: &Path, named: impl Fn(&str) -> String) -> Result<(), OrderError> {
    for name in REPORTS {
        let path = folder.join(name);
        let Ok(text) = fs::read_to_string(&path) else { continue };
        let with_names = named(&text);
        if with_names != text {
            fs::write(&path, with_names).map_err(|error| OrderError::io(&path, error))?;
        }
    }
    Ok(())
}
