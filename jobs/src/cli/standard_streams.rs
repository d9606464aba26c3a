//! `-` for a file: standard input, kept in a temporary file as decoders move about in it; and
//! standard output. URLs among the files to read.

use super::Failure;
use super::urls::{Stores, is_url};
use mixdown_orders::cache::Scratch;
use mixdown_orders::redact;
use std::io::{self, IsTerminal, Read};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// Returns true if a path stands for standard input or standard output.
pub(super) fn is_standard(path: &Path) -> bool {
    path == Path::new("-")
}

/// Files to read, one of which may be standard input, and others URLs.
pub(super) struct Inputs {
    spooled: Option<NamedTempFile>,
    /// URLs, and their local files.
    fetched: Vec<(PathBuf, PathBuf)>,
    /// Folder of the local files.
    _kept: Option<Scratch>,
}

impl Inputs {
    /// Returns inputs that are files alone.
    pub(super) fn none() -> Self {
        Self { spooled: None, fetched: Vec::new(), _kept: None }
    }

    /// Reads standard input into a file, if one of the paths stands for it, and fetches URLs.
    pub(super) fn new<'a>(paths: impl IntoIterator<Item = &'a Path>) -> Result<Self, Failure> {
        let (urls, paths): (Vec<&Path>, Vec<&Path>) = paths.into_iter().partition(|path| is_url(path));
        let spooled = match paths.into_iter().filter(|path| is_standard(path)).count() {
            0 => None,
            1 => Some(spool()?),
            _ => return Err(Failure::Usage("- stands for standard input, which can be read once".into())),
        };
        if urls.is_empty() {
            return Ok(Self { spooled, ..Self::none() });
        }
        let urls: Vec<PathBuf> = urls.into_iter().map(Path::to_path_buf).collect();
        let stores = Stores::new()?;
        // Their notes are left out with --quiet by the terminal itself.
        let mut files = stores.files(false)?;
        let local = files.local(&urls)?;
        Ok(Self { spooled, fetched: urls.into_iter().zip(local).collect(), _kept: files.inputs.keep() })
    }

    /// Returns the path of the file that holds the bytes.
    pub(super) fn file(&self, path: &Path) -> PathBuf {
        if let Some((_, local)) = self.fetched.iter().find(|(url, _)| url == path) {
            return local.clone();
        }
        let spooled = self.spooled.as_ref().filter(|_| is_standard(path));
        spooled.map_or_else(|| path.to_path_buf(), |file| file.path().to_path_buf())
    }

    /// Returns a path as it is shown and recorded: a URL without its secrets.
    pub(super) fn shown(&self, path: &Path) -> PathBuf {
        let is_fetched = self.fetched.iter().any(|(url, _)| url == path);
        if is_fetched { redact(&path.to_string_lossy()).into() } else { path.to_path_buf() }
    }

    /// Returns an error's text with standard input named as such, and URLs as their files.
    pub(super) fn reported(&self, error: &str) -> String {
        let named = |text: String, (url, local): &(PathBuf, PathBuf)| {
            text.replace(&local.display().to_string(), &redact(&url.display().to_string()))
        };
        let error = self.fetched.iter().fold(error.to_owned(), named);
        let Some(file) = &self.spooled else { return error };
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
