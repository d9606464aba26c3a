//! Problems of a session, each with its place in the document.

use std::borrow::Cow;
use std::fmt;
use std::path::PathBuf;
use thiserror::Error;

/// Most problems that a message shows; it only counts the rest.
const SHOWN: usize = 100;

/// One problem of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problem {
    /// Line of the document, from 1; `None` for a session that was built, or a file that could not
    /// be read.
    pub line: Option<usize>,
    /// Place in the session, such as `track "bass", insert 2`; empty for the whole.
    pub place: String,
    /// The same as a JSON pointer (RFC 6901) into the document; empty for the whole.
    pub pointer: String,
    /// Description of the problem, and the accepted values.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.line, self.place.as_str()) {
            (Some(line), "") => write!(f, "line {line}: ")?,
            (Some(line), place) => write!(f, "line {line}, {place}: ")?,
            (None, "") => {}
            (None, place) => write!(f, "{place}: ")?,
        }
        f.write_str(&self.message)
    }
}

/// All problems of a session document, in the order of its lines.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub struct SessionErrors {
    /// The document's name, as given.
    pub origin: PathBuf,
    /// All problems; at least one.
    pub problems: Vec<Problem>,
}

impl fmt::Display for SessionErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.problems.len();
        write!(f, "{}: {count} problem{}", self.origin.display(), if count == 1 { "" } else { "s" })?;
        for problem in self.problems.iter().take(SHOWN) {
            write!(f, "\n  {problem}")?;
        }
        if count > SHOWN { write!(f, "\n  and {} more", count - SHOWN) } else { Ok(()) }
    }
}

/// Returns the candidate that a misspelt word was meant to be, if one is near.
pub(super) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Longer words are not typing mistakes, and the comparison takes time in the square of the
    // length.
    if word.chars().count() > 64 {
        return None;
    }
    let word = word.to_lowercase();
    let near = candidates.into_iter().map(|candidate| (strsim::jaro_winkler(&word, candidate), candidate));
    near.filter(|(likeness, _)| *likeness >= 0.8).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, candidate)| candidate)
}

/// Returns `; did you mean "…"?`, or nothing.
pub(super) fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    nearest(word, candidates).map_or_else(String::new, |candidate| format!("; did you mean {candidate:?}?"))
}

/// Returns text from a document, cut where it is long.
pub(super) fn short(text: &str) -> Cow<'_, str> {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]).into(),
        None => text.into(),
    }
}

/// Returns text from a document in quotes, escaped, and cut where it is long.
pub(super) fn quoted(text: &str) -> String {
    format!("{:?}", short(text))
}
