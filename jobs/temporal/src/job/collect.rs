//! The result of an order, moved into the folder of its job.

use crate::cause::Cause;
use mixdown_orders::{Base, OrderResult, Place};
use serde_json::{Map, Value, json};
use std::fs;
use std::path::{Component, Path, PathBuf};

/// Begins the name of a master.
const MASTER: &str = "final_mix.";

/// Moves the files of a result into a folder on the same file system; returns what the job's record
/// states about them.
///
/// # Errors
/// A cause with the code `file_error` for a result that cannot be read or moved.
pub(super) fn collect(result: &Value, into: &Path) -> Result<Map<String, Value>, Cause> {
    let failed = |cause: String| Cause::new("file_error", cause);
    let result: OrderResult =
        serde_json::from_value(result.clone()).map_err(|error| failed(format!("the result of the order: {error}")))?;
    for file in &result.files {
        let name = Path::new(&file.name);
        if !name.components().all(|part| matches!(part, Component::Normal(_))) {
            return Err(failed(format!("the result of the order: {:?} is not a valid name", file.name)));
        }
        let Ok(Place::Local(from)) = Place::of(&file.url, &Base::Folder(PathBuf::new())) else {
            return Err(failed(format!("{}: not on a file system of this machine", file.url)));
        };
        let to = into.join(name);
        let folder = to.parent().map_or(Ok(()), fs::create_dir_all);
        let moved = folder.and_then(|()| fs::rename(&from, &to));
        moved.map_err(|error| failed(format!("{}: {error}", from.display())))?;
    }
    let report = fs::read(into.join("report.json")).ok();
    let report: Value = report.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
    let names = result.files.iter().map(|file| &*file.name);
    let extra = json!({
        "meters": report["master"]["written"],
        "visual": names.filter(|name| !name.starts_with(MASTER)).collect::<Vec<_>>(),
        "summary": report["summary"],
        "warnings": report["warnings"],
    });
    Ok(extra.as_object().cloned().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(file: &Path, name: &str) -> Value {
        json!({ "schema": mixdown_orders::RESULT_SCHEMA, "order_id": "a", "kind": "mix", "attempt": "x",
            "files": [{ "name": name, "url": format!("file://{}", file.display()), "bytes": 1, "blake3": "" }] })
    }

    #[test]
    fn files_of_a_result_come_into_the_folder_and_its_report_onto_the_record() {
        let root = tempfile::tempdir().unwrap();
        let (into, file) = (root.path().join("into"), root.path().join("file"));
        fs::create_dir(&into).unwrap();
        let report = json!({ "master": { "written": { "lufs": -14.0 } }, "summary": ["s"], "warnings": [] });
        fs::write(&file, report.to_string()).unwrap();
        for outside in ["../x", "/x"] {
            assert_eq!(collect(&result(&file, outside), &into).unwrap_err().code, "file_error");
        }
        let extra = collect(&result(&file, "report.json"), &into).unwrap();
        assert_eq!((&extra["meters"]["lufs"], &extra["visual"]), (&json!(-14.0), &json!(["report.json"])));
        assert!(extra["summary"] == json!(["s"]) && into.join("report.json").is_file() && !file.exists());
    }
}
