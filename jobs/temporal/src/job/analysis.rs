//! Analyses of the library as orders.

use super::files::Files;
use super::work::{Work, folder_of};
use crate::cause::Cause;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};

/// The file of an analysis that holds what the library records.
const RECORDED: &str = "library.json";

/// The request of an analysis.
#[derive(Debug, Deserialize)]
pub(super) struct Analysis {
    stems: Vec<Stem>,
    /// The file for the answer.
    answer: PathBuf,
}

/// A stem with its hash at submission.
#[derive(Debug, Deserialize)]
struct Stem {
    path: PathBuf,
    blake3: String,
}

impl Work for Analysis {
    fn folder(&self) -> &Path {
        folder_of(&self.answer)
    }

    fn order(&self) -> Value {
        let stems: Vec<_> = self.stems.iter().map(|stem| json!({ "file": stem.path, "blake3": stem.blake3 })).collect();
        json!({ "stems": stems })
    }

    fn collect(&self, files: &Files) -> Result<Map<String, Value>, Cause> {
        files.move_to(RECORDED, &self.answer)?;
        Ok(Map::new())
    }
}

#[cfg(test)]
mod tests {
    use super::super::files::tests::result;
    use super::*;

    #[test]
    fn the_order_has_the_stems_and_what_is_recorded_becomes_the_answer() {
        let root = tempfile::tempdir().unwrap();
        let answer = root.path().join("x/answer.json");
        let stems = json!([{ "path": "/a.wav", "blake3": "ab", "id": "1", "keeps_type": true }]);
        let analysis: Analysis = serde_json::from_value(json!({ "stems": stems, "answer": answer })).unwrap();
        assert_eq!(analysis.order(), json!({ "stems": [{ "file": "/a.wav", "blake3": "ab" }] }));
        assert_eq!(analysis.folder(), root.path().join("x"));
        let result = result(root.path(), &[("library.json", &json!({ "song": {} }))]);
        assert!(analysis.collect(&Files::of(&result).unwrap()).unwrap().is_empty());
        assert_eq!(std::fs::read_to_string(&answer).unwrap(), r#"{"song":{}}"#);
    }
}
