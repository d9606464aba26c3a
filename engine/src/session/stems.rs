//! A session built from stems alone.

use super::channel::{Track, stem};
use super::document::Session;
use std::collections::BTreeSet;
use std::path::PathBuf;

impl Session {
    /// Builds a session with one track per stem, in the order given, everything else as in an empty
    /// document.
    ///
    /// Tracks are named after their files; if several would share a name, the later ones get a
    /// number.
    #[must_use]
    pub fn from_stems(paths: &[PathBuf]) -> Self {
        let mut taken = BTreeSet::new();
        let tracks = paths.iter().map(|path| {
            let name = stem(path);
            let numbered = (2..).map(|number| format!("{name} {number}"));
            let name = std::iter::once(name.to_string()).chain(numbered).find(|name| !taken.contains(name));
            taken.extend(name.clone());
            Track { name, ..Track::new(path) }
        });
        Self { tracks: tracks.collect(), ..Self::default() }
    }
}
