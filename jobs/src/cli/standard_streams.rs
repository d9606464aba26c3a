//! `-` for a file: standard input, kept in a temporary file as decoders move about in it; and
//! standard output.

use super::Failure;
use std::io::{self, IsTerminal, Read};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// Returns true if a path stands for standard input or standard output.
pub(super) fn is_standard(path: &Path) -> bool {
    path == Path::new("-")
}

/// Files to read, one of which may be standard input.
pub(super) struct Inputs {
    spooled: Option<NamedTempFile>,
}

impl Inputs {
    /// Returns inputs that are files alone.
    pub(super) fn none() -> Self {
        Self { spooled: None }
    }

    /// Reads standard input into a file, if one of the paths stands for it.
    pub(super) fn new<'a>(paths: impl IntoIterator<Item = &'a Path>) -> Result<Self, Failure> {
        let spooled = match paths.into_iter().filter(|path| is_standard(path)).count() {
            0 => None,
            1 => Some(spool()?),
            _ => return Err(Failure::Usage("- stands for standard input, which can be read once".into())),
        };
        Ok(Self { spooled })
    }

    /// Returns the path of the file that holds the bytes.
    pub(super) fn file(&self, path: &Path) -> PathBuf {
        let spooled = self.spooled.as_ref().filter(|_| is_standard(path));
        spooled.map_or_else(|| path.to_path_buf(), |file| file.path().to_path_buf())
    }

    /// Returns an error's text with standard input named as such.
    pub(super) fn reported(&self, error: &str) -> String {
        let Some(file) = &self.spooled else { return error.to_owned() };
        error.replace(&file.path().display().to_string(), "standard input")
    }
}

fn spool() -> Result<NamedTempFile, Failure> {
    let mut file = NamedTempFile::new().map_err(|error| failed(&error))?;
    io::copy(&mut piped()?, &mut file).map_err(|error| failed(&error))?;
    Ok(file)
}

/// Reads a document of at most `limit` bytes from standard input; more is cut one byte after that.
pub(super) fn read_text(limit: usize) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    piped()?.take(limit as u64 + 1).read_to_end(&mut bytes).map_err(|error| failed(&error))?;
    String::from_utf8(bytes).map_err(|_| Failure::Other("standard input: not UTF-8 text".into()))
}

/// Returns standard input, unless it is a terminal.
fn piped() -> Result<io::StdinLock<'static>, Failure> {
    let input = io::stdin();
    if input.is_terminal() {
        return Err(Failure::Usage("- reads standard input, which is a terminal; pipe a file into it".into()));
    }
    Ok(input.lock())
}

fn failed(error: &io::Error) -> Failure {
    Failure::Other(format!("standard input: cannot be read: {error}"))
}
