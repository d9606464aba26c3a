//! From a document to a checked session: all problems at once, for documents read or built.

use super::channel::Track;
use super::cross_checks;
use super::document::Session;
use super::document_tree::DocNode;
use super::finding::Finding;
use super::problem::{Problem, SessionErrors};
use super::{parse, validate};
use crate::units::SampleRate;
use serde_json::Value;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Most bytes of a document.
pub const MAX_DOCUMENT_BYTES: usize = 16 << 20;

impl Session {
    /// Reads a document and checks all of it. The extension, or else the first character,
    /// determines whether it is TOML or JSON.
    ///
    /// `origin` names the document in messages, and files in it are resolved against its folder; it
    /// need not exist.
    ///
    /// # Errors
    /// All problems of the document, each with its line; missing files too.
    pub fn parse(text: &str, origin: &Path) -> Result<Self, SessionErrors> {
        let refuse = |problems| Err(SessionErrors { origin: origin.into(), problems });
        if text.len() > MAX_DOCUMENT_BYTES {
            return refuse(vec![whole(format!("larger than {MAX_DOCUMENT_BYTES} bytes"))]);
        }
        let root = match parse::read(text, origin) {
            Ok(root) => root,
            Err(problems) => return refuse(problems),
        };
        match examine(&root, Some(origin.parent().unwrap_or(Path::new(""))), &[], false) {
            (Some(session), problems) if problems.is_empty() => Ok(session),
            (_, problems) => refuse(problems),
        }
    }

    /// Reads a document from a file: see [`Session::parse`].
    ///
    /// # Errors
    /// When the file cannot be read, or as [`Session::parse`].
    pub fn load(path: &Path) -> Result<Self, SessionErrors> {
        let refuse = |message| SessionErrors { origin: path.into(), problems: vec![whole(message)] };
        let mut bytes = Vec::new();
        File::open(path)
            .and_then(|file| file.take(MAX_DOCUMENT_BYTES as u64 + 1).read_to_end(&mut bytes))
            .map_err(|error| refuse(format!("cannot be read: {error}")))?;
        let text = String::from_utf8(bytes).map_err(|_| refuse("not UTF-8 text".into()))?;
        Self::parse(&text, path)
    }

    /// Returns all problems of a session that was built or changed by a program. The checks are
    /// those of a document, without lines. Relative files are looked for in the current folder.
    /// Empty when the session is sound.
    pub fn problems(&self) -> Vec<Problem> {
        self.problems_in(Some(Path::new("")))
    }

    /// Checks a document that is still being written: it may have no track yet. Files are not
    /// looked at, and stay as they are named.
    ///
    /// # Errors
    /// All problems of the document.
    pub fn draft(document: &Value) -> Result<Self, Vec<Problem>> {
        match examine(&DocNode::from_value(document), None, &[], true) {
            (Some(session), problems) if problems.is_empty() => Ok(session),
            (_, problems) => Err(problems),
        }
    }

    /// As [`Session::problems`], without looking at the files.
    pub(crate) fn problems_without_files(&self) -> Vec<Problem> {
        self.problems_in(None)
    }

    fn problems_in(&self, folder: Option<&Path>) -> Vec<Problem> {
        let unnamed = self.tracks.iter().filter(|track| track.file.to_str().is_none());
        let unnamed = unnamed
            .map(|track| whole(format!("{}: the file's name is not Unicode: rename it", track.file.display())))
            .collect::<Vec<_>>();
        if !unnamed.is_empty() {
            return unnamed;
        }
        match serde_json::to_value(self) {
            Ok(value) => examine(&DocNode::from_value(&value), folder, &self.tracks, false).1,
            Err(error) => vec![whole(error.to_string())],
        }
    }

    /// Returns the frequencies in any insert that a sample rate cannot carry. This is checked by
    /// default when the session sets the rate.
    pub fn check_rate(&self, rate: SampleRate) -> Vec<Problem> {
        let root = DocNode::from_value(&serde_json::to_value(self).unwrap_or(Value::Null));
        placed(&root, cross_checks::check_rate(self, rate)).collect()
    }
}

/// Returns the session in a tree, as far as it can be read, and all problems. Without a folder,
/// files are not looked at. A document does not hold the stems in memory that `tracks` have. A
/// draft needs no tracks.
fn examine(root: &DocNode, folder: Option<&Path>, tracks: &[Track], draft: bool) -> (Option<Session>, Vec<Problem>) {
    let validate::Validation { sound, mut problems, mut lost } = validate::walk(root);
    if draft {
        lost.insert("tracks");
    }
    let Some(sound) = sound else { return (None, problems) };
    let session = match serde_json::from_value::<Session>(sound.to_value()) {
        Ok(mut session) => {
            for (track, built) in session.tracks.iter_mut().zip(tracks) {
                track.memory.clone_from(&built.memory);
            }
            if let Some(folder) = folder {
                for track in session.tracks.iter_mut().filter(|track| track.memory.is_none()) {
                    track.file = folder.join(&track.file);
                }
            }
            let found = cross_checks::check(&session, &lost, folder);
            problems.extend(placed(&sound, found));
            Some(session)
        }
        Err(error) => {
            problems.push(whole(error.to_string()));
            None
        }
    };
    problems.sort_by_key(|problem| problem.line.unwrap_or(usize::MAX));
    (session, problems)
}

fn placed(root: &DocNode, found: Vec<Finding>) -> impl Iterator<Item = Problem> {
    found.into_iter().map(|Finding { path, message }| root.problem(&path, message))
}

fn whole(message: String) -> Problem {
    Problem { line: None, place: String::new(), pointer: String::new(), message }
}
