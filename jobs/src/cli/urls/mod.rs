//! URLs in arguments: fetched into the cache before the work, published after it.

mod cache;
mod document;
mod output;

pub(super) use document::{place, session, tree};
pub(super) use output::{Output, name_inputs};

use super::{interrupt, terminal};
use mixdown_orders::{Base, Inputs, OrderError, Place, Remote};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// The way to URLs: a client, where the program has one, and the cache.
pub(super) struct Stores {
    remote: Option<Box<dyn Remote>>,
    /// Folder of the cache, and the most bytes that it keeps.
    pub(super) cache: (PathBuf, u64),
}

impl Stores {
    /// Prepares the way to URLs; connects to nothing yet.
    pub(super) fn new() -> Result<Self, OrderError> {
        Ok(Self { remote: client()?, cache: cache::of_environment()? })
    }

    /// Returns the client; `None` in a program without one.
    pub(super) fn remote(&self) -> Option<&dyn Remote> {
        self.remote.as_deref()
    }

    /// Prepares the inputs of one command.
    pub(super) fn files(&self, quiet: bool) -> Result<Files<'_>, OrderError> {
        let base = Base::Folder(PathBuf::new());
        let inputs = Inputs::new((&[], &base), self.remote(), (&self.cache.0, self.cache.1))?;
        Ok(Files { inputs, quiet })
    }
}

/// Files that arguments name, the fetched ones among them.
pub(super) struct Files<'a> {
    pub(super) inputs: Inputs<'a>,
    quiet: bool,
}

impl Files<'_> {
    /// Returns the local files of arguments: paths as they are, URLs fetched.
    pub(super) fn local(&mut self, named: &[PathBuf]) -> Result<Vec<PathBuf>, OrderError> {
        named.iter().map(|path| if is_url(path) { self.place(&place_of(path)?) } else { Ok(path.clone()) }).collect()
    }

    /// Returns the local file of a place.
    fn place(&mut self, place: &Place) -> Result<PathBuf, OrderError> {
        if !self.quiet && matches!(place, Place::Remote(_)) {
            terminal::print_note(&format!("Fetching {} …", place.shown()));
        }
        let mut watch = |_: mixdown_orders::Event<'_>| go_on();
        let mut paths = self.inputs.take(std::slice::from_ref(place), &mut watch)?;
        paths.pop().ok_or_else(|| OrderError::Missing { file: place.shown() })
    }
}

/// Returns true if an argument names a URL, and no file has its name.
pub(super) fn is_url(path: &Path) -> bool {
    path.to_str().and_then(|text| text.split_once("://")).is_some_and(|(scheme, _)| {
        !scheme.is_empty() && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    }) && !path.exists()
}

/// Returns the place of an argument.
fn place_of(path: &Path) -> Result<Place, OrderError> {
    Place::of(&path.to_string_lossy(), &Base::Folder(PathBuf::new()))
}

/// Returns whether a transfer is to continue.
fn go_on() -> ControlFlow<()> {
    if interrupt::requested() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
}

#[cfg(feature = "cloud")]
fn client() -> Result<Option<Box<dyn Remote>>, OrderError> {
    let stores = mixdown_remote::ObjectStores::new(
        mixdown_remote::Environment::of_process(),
        mixdown_remote::Settings::default(),
    );
    let stores = stores.map_err(|error| OrderError::io(Path::new("the network"), error))?;
    Ok(Some(Box::new(stores)))
}

#[cfg(not(feature = "cloud"))]
#[allow(clippy::unnecessary_wraps)] // As with the feature.
fn client() -> Result<Option<Box<dyn Remote>>, OrderError> {
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_told_from_paths() {
        for (text, expected) in [
            ("s3://b/a.wav", true),
            ("HTTPS://h/a.wav", true),
            ("file:///a.wav", true),
            ("a.wav", false),
            ("-", false),
            ("a b://c", false),
            ("C:\\a.wav", false),
        ] {
            assert_eq!(is_url(Path::new(text)), expected, "{text}");
        }
    }
}
