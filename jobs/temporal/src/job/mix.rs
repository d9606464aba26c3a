//! Mixes as orders.

use super::files::Files;
use super::work::Work;
use crate::cause::Cause;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};

/// Begins the name of a master.
const MASTER: &str = "final_mix.";

/// The request of a mix.
#[derive(Debug, Deserialize)]
pub(super) struct Mix {
    /// The session document, whose paths are absolute.
    session: Value,
    /// The folder for the files.
    staging: PathBuf,
    /// Hash of each track's stem at submission; empty where none was taken.
    #[serde(default)]
    stems: Vec<String>,
}

impl Work for Mix {
    fn folder(&self) -> &Path {
        &self.staging
    }

    fn order(&self) -> Value {
        let mut session = self.session.clone();
        // The result of a session has a fixed name, whatever its title.
        let output = &mut session["output"];
        if let Some(name) = output.get_mut("name").map(Value::take).filter(|name| !name.is_null())
            && output["title"].is_null()
        {
            output["title"] = name;
        }
        let tracks = session["tracks"].as_array().into_iter().flatten();
        let hashed = tracks.zip(&self.stems).filter(|(_, hash)| !hash.is_empty());
        let stems: Vec<Value> = hashed.map(|(track, hash)| json!({ "file": track["file"], "blake3": hash })).collect();
        json!({ "session": session, "stems": stems })
    }

    fn collect(&self, files: &Files) -> Result<Map<String, Value>, Cause> {
        // A session may turn its report off.
        let report = files.document("report.json").unwrap_or_default();
        for name in files.names() {
            files.move_to(name, &self.staging.join(name))?;
        }
        let extra = json!({
            "meters": report["master"]["written"],
            "visual": files.names().filter(|name| !name.starts_with(MASTER)).collect::<Vec<_>>(),
            "summary": report["summary"],
            "warnings": report["warnings"],
        });
        Ok(extra.as_object().cloned().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::super::files::tests::result;
    use super::*;
    use std::fs;

    fn mix(staging: &Path) -> Mix {
        let session = json!({ "tracks": [{ "file": "/a.wav" }, { "file": "/b.wav" }], "output": { "name": "Own" } });
        let stems = json!(["0".repeat(64), ""]);
        serde_json::from_value(json!({ "session": session, "staging": staging, "stems": stems })).unwrap()
    }

    #[test]
    fn the_order_has_the_session_its_hashes_and_a_fixed_name() {
        let order = mix(Path::new("/s")).order();
        assert_eq!(order["session"]["output"], json!({ "name": null, "title": "Own" }));
        assert_eq!(order["stems"], json!([{ "file": "/a.wav", "blake3": "0".repeat(64) }]));
    }

    #[test]
    fn files_come_into_the_folder_of_the_job_and_the_report_onto_its_record() {
        let root = tempfile::tempdir().unwrap();
        let into = root.path().join("into");
        fs::create_dir(&into).unwrap();
        let report = json!({ "master": { "written": { "lufs": -14.0 } }, "summary": ["s"], "warnings": [] });
        let result = result(root.path(), &[("final_mix.wav", &json!(0)), ("report.json", &report)]);
        let extra = mix(&into).collect(&Files::of(&result).unwrap()).unwrap();
        assert_eq!((&extra["meters"]["lufs"], &extra["visual"]), (&json!(-14.0), &json!(["report.json"])));
        assert_eq!((&extra["summary"], &extra["warnings"]), (&json!(["s"]), &json!([])));
        assert!(into.join("report.json").is_file() && into.join("final_mix.wav").is_file());
    }
}
