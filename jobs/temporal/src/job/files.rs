//! The files of an order's result, moved into the folder of its job.

use crate::cause::Cause;
use mixdown_orders::{Base, OrderResult, Place};
use serde_json::Value;
use std::fs;
use std::path::{Component, Path, PathBuf};

/// Files of a result, on a file system of this machine.
#[derive(Debug)]
pub(super) struct Files(Vec<(String, PathBuf)>);

impl Files {
    /// Returns the files that a result names.
    ///
    /// # Errors
    /// A cause with the code `file_error` for a document or a name that is not valid, and for files
    /// elsewhere.
    pub(super) fn of(result: &Value) -> Result<Self, Cause> {
        let wrong = |cause: String| failed(format!("the result of the order: {cause}"));
        let result: OrderResult = serde_json::from_value(result.clone()).map_err(|error| wrong(error.to_string()))?;
        let mut files = Vec::with_capacity(result.files.len());
        for file in result.files {
            if !Path::new(&file.name).components().all(|part| matches!(part, Component::Normal(_))) {
                return Err(wrong(format!("{:?} is not a valid name", file.name)));
            }
            let Ok(Place::Local(path)) = Place::of(&file.url, &Base::Folder(PathBuf::new())) else {
                return Err(failed(format!("{}: not on a file system of this machine", file.url)));
            };
            files.push((file.name, path));
        }
        Ok(Self(files))
    }

    /// Returns the names of all files.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| &**name)
    }

    /// Moves a file on its file system.
    ///
    /// # Errors
    /// A cause with the code `file_error`.
    pub(super) fn move_to(&self, name: &str, to: &Path) -> Result<(), Cause> {
        let from = self.path(name)?;
        let folder = to.parent().map_or(Ok(()), fs::create_dir_all);
        let moved = folder.and_then(|()| fs::rename(from, to));
        moved.map_err(|error| failed(format!("{}: {error}", from.display())))
    }

    /// Returns the document in a file.
    ///
    /// # Errors
    /// A cause with the code `file_error`.
    pub(super) fn document(&self, name: &str) -> Result<Value, Cause> {
        let path = self.path(name)?;
        let wrong = |error: &dyn std::fmt::Display| failed(format!("{}: {error}", path.display()));
        let bytes = fs::read(path).map_err(|error| wrong(&error))?;
        serde_json::from_slice(&bytes).map_err(|error| wrong(&error))
    }

    fn path(&self, name: &str) -> Result<&Path, Cause> {
        let found = self.0.iter().find(|(known, _)| known == name).map(|(_, path)| &**path);
        found.ok_or_else(|| failed(format!("the result of the order: there is no {name}")))
    }
}

/// Returns the cause of a file that cannot be used.
pub(super) fn failed(message: String) -> Cause {
    Cause::new("file_error", message)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use serde_json::json;

    /// Writes files, and returns the result of an order with them.
    pub(crate) fn result(folder: &Path, files: &[(&str, &Value)]) -> Value {
        let entry = |(name, content): &(&str, &Value)| {
            let path = folder.join(name);
            fs::write(&path, content.to_string()).unwrap();
            json!({ "name": name, "url": format!("file://{}", path.display()), "bytes": 1, "blake3": "" })
        };
        let files: Vec<Value> = files.iter().map(entry).collect();
        json!({ "schema": mixdown_orders::RESULT_SCHEMA, "order_id": "a", "kind": "mix", "attempt": "x", "files": files })
    }

    #[test]
    fn files_stay_where_their_names_lead_them() {
        let root = tempfile::tempdir().unwrap();
        let mut result = result(root.path(), &[("a.json", &json!({ "b": 1.25 }))]);
        let files = Files::of(&result).unwrap();
        assert_eq!((files.document("a.json").unwrap(), files.names().count()), (json!({ "b": 1.25 }), 1));
        assert!(files.document("b.json").unwrap_err().message.contains("no b.json"));
        files.move_to("a.json", &root.path().join("deep/b.json")).unwrap();
        assert!(root.path().join("deep/b.json").is_file() && !root.path().join("a.json").exists());
        for outside in ["../x", "/x"] {
            result["files"][0]["name"] = json!(outside);
            assert_eq!(Files::of(&result).unwrap_err().code, "file_error");
        }
        result["files"][0] = json!({ "name": "x", "url": "s3://b/x", "bytes": 1, "blake3": "" });
        assert!(Files::of(&result).unwrap_err().message.contains("s3://b/x"));
    }
}
