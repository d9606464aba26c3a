//! The external program demucs: started, observed, limited, and ended with the work.

mod child;
mod find;
mod guard;
#[cfg_attr(not(target_os = "linux"), path = "memory_absent.rs")]
mod memory;
mod output;

pub use child::Limits;
pub use find::find_demucs;
pub use guard::{GUARD, run_guarded};

use crate::{Part, SeparateError, Separator, Song, Watch};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Model that is used where none is named.
pub const DEFAULT_MODEL: &str = "htdemucs";
/// Parts of all models.
const PARTS: [&str; 4] = ["drums", "bass", "other", "vocals"];
/// Further parts of models whose name ends in [`SIX_PARTS`].
const FURTHER_PARTS: [&str; 2] = ["guitar", "piano"];
const SIX_PARTS: &str = "_6s";

/// The program demucs with one of its models. It is run as `demucs -n MODEL -o FOLDER SONG`, and
/// its stems are read from `FOLDER/MODEL/NAME`.
#[derive(Clone, Debug)]
pub struct Demucs {
    program: PathBuf,
    model: String,
    limits: Limits,
    guard: Option<PathBuf>,
}

impl Demucs {
    /// Creates the back end of a program, as [`find_demucs`] returns it, and a model.
    ///
    /// # Errors
    /// If the name of the model could leave the folder of the results or be taken for a flag.
    pub fn new(program: PathBuf, model: &str, limits: Limits) -> Result<Self, SeparateError> {
        let fits = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.');
        if !model.starts_with(|first: char| first.is_ascii_alphanumeric()) || !model.chars().all(fits) {
            return Err(SeparateError::Model(model.into()));
        }
        Ok(Self { program, model: model.into(), limits, guard: None })
    }

    /// Starts demucs through `program`, which is called with [`GUARD`] and must then call
    /// [`run_guarded`]: all processes of demucs then end with this one, even by SIGKILL. Without it
    /// they would run on. On Unix only.
    #[must_use]
    pub fn guarded_by(self, program: PathBuf) -> Self {
        Self { guard: cfg!(unix).then_some(program), ..self }
    }

    /// Returns a command that starts demucs.
    fn command(&self) -> Command {
        let Some(guard) = &self.guard else {
            let mut command = Command::new(&self.program);
            command.stdin(Stdio::null());
            return command;
        };
        let mut command = Command::new(guard);
        command.args([GUARD, "--"]).arg(&self.program).stdin(Stdio::piped());
        command
    }

    /// Returns the name of the model.
    pub fn model(&self) -> &str {
        &self.model
    }
}

impl Separator for Demucs {
    fn part_names(&self) -> Vec<String> {
        let further: &[&str] = if self.model.ends_with(SIX_PARTS) { &FURTHER_PARTS } else { &[] };
        PARTS.iter().chain(further).map(|name| (*name).to_owned()).collect()
    }

    fn separate(&self, song: &Song, work: &Path, watch: &mut Watch<'_>) -> Result<Vec<Part>, SeparateError> {
        let absolute = |path: &Path| {
            std::path::absolute(path)
                .map_err(|error| SeparateError::Program { path: self.program.clone(), cause: error.to_string() })
        };
        // Absolute, so that no name is taken for a flag, and the folder of the process is free.
        let (file, work) = (absolute(&song.path)?, absolute(work)?);
        let mut command = self.command();
        command.args(["-n", &self.model, "-o"]).arg(&work).arg(&file).current_dir(&work);
        let output = child::run(command, &self.program, &self.limits, watch)?;
        let folder = work.join(&self.model).join(name_of(&song.path));
        let part = |name: String| {
            let path = folder.join(format!("{name}.wav"));
            if path.is_file() {
                return Ok(Part { name, path });
            }
            Err(SeparateError::Missing { name: format!("{name}.wav"), output: output.clone() })
        };
        self.part_names().into_iter().map(part).collect()
    }
}

/// Returns the name of a file up to its last dot, even if that is its first letter: the program
/// names the folder of the stems so.
fn name_of(path: &Path) -> &OsStr {
    let is_hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
    if is_hidden && path.extension().is_none() { OsStr::new("") } else { path.file_stem().unwrap_or_default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_of_stems_are_named_as_the_program_names_them() {
        for (path, name) in
            [("a/song.mp3", "song"), ("a.b.wav", "a.b"), ("song", "song"), (".wav", ""), (".a.wav", ".a")]
        {
            assert_eq!(name_of(Path::new(path)), name, "{path}");
        }
    }

    #[test]
    fn models_are_names_and_neither_paths_nor_flags() {
        let of = |model: &str| Demucs::new("demucs".into(), model, Limits::default());
        for model in ["", "-n", "..", "a/b", "/tmp", "a b", "é"] {
            assert!(matches!(of(model), Err(SeparateError::Model(_))), "{model}");
        }
        assert_eq!(of("htdemucs").unwrap().part_names(), ["drums", "bass", "other", "vocals"]);
        assert_eq!(of("htdemucs_6s").unwrap().part_names().len(), 6);
    }
}
