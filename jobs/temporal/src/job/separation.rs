//! Separations of the library as orders.

use super::files::Files;
use super::work::Work;
use crate::cause::Cause;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};

/// The document of a separation.
const REPORT: &str = "residual.json";

/// The request of a separation.
#[derive(Debug, Deserialize)]
pub(super) struct Separation {
    song: PathBuf,
    /// Hash of the song at submission.
    blake3: String,
    /// The back end: `classical`, or else demucs.
    with: Option<String>,
    /// The model of demucs.
    model: Option<String>,
    /// The folder for the parts.
    out: PathBuf,
}

impl Work for Separation {
    fn folder(&self) -> &Path {
        &self.out
    }

    fn order(&self) -> Value {
        let mut order = json!({ "stems": [{ "file": self.song, "blake3": self.blake3 }] });
        if self.with.as_deref() == Some("classical") {
            order["with"] = "classical".into();
        } else if let Some(model) = &self.model {
            order["model"] = model.clone().into();
        }
        order
    }

    fn collect(&self, files: &Files) -> Result<Map<String, Value>, Cause> {
        let report = files.document(REPORT)?;
        for name in files.names() {
            files.move_to(name, &self.out.join(name))?;
        }
        let parts: Vec<_> = report["parts"].as_array().into_iter().flatten().map(|part| &part["name"]).collect();
        let found = json!({
            "with": report["with"],
            "parts": parts,
            "residual": report["residual"],
            "placement": report["placement"],
        });
        Ok(found.as_object().cloned().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::super::files::tests::result;
    use super::*;

    fn separation(out: &Path, with: Option<&str>) -> Separation {
        let request = json!({ "song": "/a.wav", "blake3": "ab", "with": with, "model": "m", "seconds": 1,
            "out": out, "guard": "/g" });
        serde_json::from_value(request).unwrap()
    }

    #[test]
    fn a_model_is_that_of_demucs() {
        let order = |with| separation(Path::new("/o"), with).order();
        assert_eq!(order(Some("classical"))["with"], "classical");
        assert!(order(Some("classical"))["model"].is_null());
        for demucs in [None, Some("demucs")] {
            assert_eq!((&order(demucs)["model"], &order(demucs)["with"]), (&json!("m"), &Value::Null));
        }
    }

    #[test]
    fn parts_come_into_the_folder_of_the_job_and_are_named() {
        let root = tempfile::tempdir().unwrap();
        let out = root.path().join("out");
        let report = json!({ "with": "classical", "parts": [{ "name": "centre", "path": "centre.wav" }],
            "residual": { "r": 1 }, "placement": { "found": true }, "song": "/a.wav" });
        let result = result(root.path(), &[("centre.wav", &json!(0)), (REPORT, &report)]);
        let found = separation(&out, None).collect(&Files::of(&result).unwrap()).unwrap();
        assert_eq!((&found["parts"], &found["residual"]["r"]), (&json!(["centre"]), &json!(1)));
        assert_eq!((&found["with"], found.get("song")), (&json!("classical"), None));
        assert!(out.join("centre.wav").is_file() && out.join(REPORT).is_file());
    }
}
