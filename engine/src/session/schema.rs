//! JSON Schema of a session document, derived from its types: the only source of ranges and
//! choices.

use super::document::Session;
use serde_json::Value;
use std::sync::LazyLock;

/// Returns the JSON Schema (draft 2020-12) of a session document. Strict: a key that it does not
/// list is refused.
pub fn json_schema() -> Value {
    schema().clone()
}

pub(super) fn schema() -> &'static Value {
    static SCHEMA: LazyLock<Value> = LazyLock::new(|| schemars::schema_for!(Session).to_value());
    &SCHEMA
}

/// Follows a `$ref` into `$defs`; returns any other schema as it is.
pub(super) fn resolve(schema: &'static Value) -> &'static Value {
    let mut at = schema;
    while let Some(name) = at["$ref"].as_str().and_then(|path| path.strip_prefix("#/$defs/")) {
        at = &self::schema()["$defs"][name];
    }
    at
}
