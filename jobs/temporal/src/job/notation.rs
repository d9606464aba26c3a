//! Notations of the library as orders.

use super::files::{Files, failed};
use super::work::{Work, folder_of};
use crate::cause::Cause;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};

/// The request of a notation.
#[derive(Debug, Deserialize)]
pub(super) struct Notation {
    stems: Vec<Stem>,
    /// The file for the answer.
    answer: PathBuf,
}

/// A stem with its hash at submission, and the type of its part.
#[derive(Debug, Deserialize)]
struct Stem {
    path: PathBuf,
    blake3: String,
    #[serde(rename = "stem_id")]
    id: String,
    /// `drums`, `bass`, `vocals` or `other`.
    #[serde(rename = "type")]
    part: String,
}

/// Returns the name of a stem's files: names of stems may be the same, and ids of any form.
fn name(index: usize) -> String {
    format!("{:03}", index + 1)
}

impl Work for Notation {
    fn folder(&self) -> &Path {
        folder_of(&self.answer)
    }

    fn order(&self) -> Value {
        let stem = |(index, stem): (usize, &Stem)| {
            let Stem { path, blake3, part, .. } = stem;
            json!({ "file": path, "blake3": blake3, "type": part, "name": name(index) })
        };
        let stems: Vec<_> = self.stems.iter().enumerate().map(stem).collect();
        // The library keeps notes as played; scores are made of them when they are read.
        json!({ "stems": stems, "song": "none" })
    }

    fn collect(&self, files: &Files) -> Result<Map<String, Value>, Cause> {
        let (mut counts, mut answer) = (Map::new(), Map::new());
        for (index, stem) in self.stems.iter().enumerate() {
            let notes = files.document(&format!("{}.notes.json", name(index)))?;
            let count = |key: &str| notes[key].as_array().map_or(0, Vec::len);
            counts.insert(stem.id.clone(), json!({ "notes": count("notes"), "hits": count("hits") }));
            answer.insert(stem.id.clone(), notes);
        }
        let written = std::fs::write(&self.answer, Value::Object(answer).to_string());
        written.map_err(|error| failed(format!("{}: {error}", self.answer.display())))?;
        Ok(counts)
    }
}

#[cfg(test)]
mod tests {
    use super::super::files::tests::result;
    use super::*;

    #[test]
    fn stems_have_names_of_their_own_and_notes_come_back_by_id() {
        let root = tempfile::tempdir().unwrap();
        let answer = root.path().join("answer.json");
        let stem = |id: &str, kind: &str| json!({ "path": "/a.wav", "blake3": "ab", "stem_id": id, "type": kind });
        let stems = [stem("x", "bass"), stem("y", "drums")];
        let notation: Notation = serde_json::from_value(json!({ "stems": stems, "answer": answer })).unwrap();
        let order = notation.order();
        assert_eq!(order["stems"][1], json!({ "file": "/a.wav", "blake3": "ab", "type": "drums", "name": "002" }));
        assert_eq!(order["song"], "none");
        let (bass, drums) = (json!({ "notes": [1, 2], "hits": [] }), json!({ "notes": [], "hits": [1] }));
        let result = result(root.path(), &[("002.notes.json", &drums), ("001.notes.json", &bass)]);
        let counts = notation.collect(&Files::of(&result).unwrap()).unwrap();
        assert_eq!(
            (&counts["x"], &counts["y"]),
            (&json!({ "notes": 2, "hits": 0 }), &json!({ "notes": 0, "hits": 1 }))
        );
        let written: Value = serde_json::from_slice(&std::fs::read(&answer).unwrap()).unwrap();
        assert_eq!(written, json!({ "x": bass, "y": drums }));
    }
}
