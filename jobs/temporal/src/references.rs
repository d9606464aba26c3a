//! References of a chain's steps to results of earlier ones: `result://ORDER/NAME`.
//!
//! The name of an attempt's folder is known only when it is published, so that documents cannot
//! name its files.

use crate::cause::Cause;
use mixdown_orders::{Base, OrderResult, Place};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Begins a reference.
const SCHEME: &str = "result://";

/// Replaces all references in a document by paths of the files.
///
/// # Errors
/// A cause with the code `reference_not_valid`: no such earlier step, or no such file.
pub(crate) fn resolve(document: &mut Value, results: &BTreeMap<String, Value>) -> Result<(), Cause> {
    match document {
        Value::String(text) => {
            if let Some(reference) = text.strip_prefix(SCHEME) {
                *text = path_of(reference, results)?;
            }
            Ok(())
        }
        Value::Array(values) => values.iter_mut().try_for_each(|value| resolve(value, results)),
        Value::Object(fields) => fields.values_mut().try_for_each(|value| resolve(value, results)),
        _ => Ok(()),
    }
}

/// Returns the path of a file, or its URL if it is not on a file system.
fn path_of(reference: &str, results: &BTreeMap<String, Value>) -> Result<String, Cause> {
    let refuse = |cause: &str| Cause::new("reference_not_valid", format!("{SCHEME}{reference}: {cause}"));
    let (order, name) = reference.split_once('/').ok_or_else(|| refuse("write result://ORDER/NAME"))?;
    let result = results.get(order).ok_or_else(|| refuse("no earlier step has this id"))?;
    let result: OrderResult = serde_json::from_value(result.clone()).map_err(|error| refuse(&error.to_string()))?;
    let Some(file) = result.files.iter().find(|file| file.name == name) else {
        let names: Vec<&str> = result.files.iter().map(|file| &*file.name).collect();
        return Err(refuse(&format!("the result has no such file, but {}", names.join(", "))));
    };
    match Place::of(&file.url, &Base::Folder(PathBuf::new())) {
        Ok(Place::Local(path)) => Ok(path.display().to_string()),
        Ok(Place::Remote(url)) => Ok(url),
        Err(error) => Err(refuse(&error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn references_become_paths_wherever_they_stand() {
        let result = json!({ "schema": mixdown_orders::RESULT_SCHEMA, "order_id": "sep", "kind": "separation",
            "attempt": "x", "files": [{ "name": "bass.wav", "url": "file:///out/a%20b/bass.wav", "bytes": 1,
            "blake3": "" }] });
        let results = BTreeMap::from([("sep".to_owned(), result)]);
        let mut document = json!({ "stems": ["own.wav", { "file": "result://sep/bass.wav" }],
            "session": { "tracks": [{ "file": "result://sep/bass.wav", "gain_db": 1.5 }] } });
        resolve(&mut document, &results).unwrap();
        let expected = json!({ "stems": ["own.wav", { "file": "/out/a b/bass.wav" }],
            "session": { "tracks": [{ "file": "/out/a b/bass.wav", "gain_db": 1.5 }] } });
        assert_eq!(document, expected);
        let refusal = |text: &str| resolve(&mut json!([text]), &results).unwrap_err();
        assert_eq!(refusal("result://other/bass.wav").code, "reference_not_valid");
        assert!(refusal("result://sep/vox.wav").message.contains("but bass.wav"));
        assert!(refusal("result://sep").message.contains("write result://"));
    }
}
