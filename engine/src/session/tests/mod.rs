//! Promises about session documents.
#![allow(clippy::unwrap_used)] // Failures here fail a test, with the line.

mod documents;
mod insert_settings;
mod keys;
mod problems;
mod reference;

use super::*;
use std::path::{Path, PathBuf};

/// A folder with the stems that documents in tests name.
struct Folder(tempfile::TempDir);

impl Folder {
    fn with(stems: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for stem in stems {
            std::fs::copy(mixdown_fixtures::path("formats/click.wav"), folder.path().join(stem)).unwrap();
        }
        Self(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn parse(&self, name: &str, text: &str) -> Result<Session, SessionErrors> {
        Session::parse(text, &self.path(name))
    }

    /// Returns the problems of a document, one per line.
    fn problems(&self, name: &str, text: &str) -> Vec<String> {
        let errors = self.parse(name, text).expect_err("the document is wrong");
        assert!(!errors.problems.is_empty());
        errors.problems.iter().map(|problem| self.short(&problem.to_string())).collect()
    }

    /// Returns a message without the name of this folder, which differs from run to run.
    fn short(&self, message: &str) -> String {
        message.replace(&format!(" (looked in {})", self.0.path().display()), "")
    }
}
