//! The document of the API: the routes, and what they have in common.

use crate::error::CODES;
use crate::routes;
use mixdown_engine::session::json_schema;
use serde_json::{Map, Value, json};

/// Text about the API as a whole.
const ABOUT: &str = "Every answer in JSON is the envelope `{ok, data, error, message}`, refusals \
    included; `error` is null or one of the codes of docs/http.md. Files, event streams, this document \
    and schemas stand bare. Ids have letters, digits, `-` and `_`, at most 64.";

/// Groups of routes.
const TAGS: [(&str, &str); 8] = [
    ("sessions", "Sessions."),
    ("document", "The document of a session: what is mixed, and how."),
    ("stems", "The stems of a session."),
    ("library", "The stem library: songs, stems, searches."),
    ("jobs", "Mixes and other jobs."),
    ("live", "Live mixing."),
    ("status", "Routes of existing clients, with the status contract of docs/jobs.md."),
    ("service", "The service itself."),
];

/// Returns the document, in version 3.1 of its standard. The same in every process of one version.
pub fn document() -> Value {
    let (_, described) = routes::all().split_for_parts();
    // The document consists of texts, numbers, lists and maps.
    let mut document = serde_json::to_value(described).unwrap_or_default();
    document["info"] = json!({
        "title": "mixdown",
        "description": ABOUT,
        "version": env!("CARGO_PKG_VERSION"),
        "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
    });
    document["tags"] = TAGS.map(|(name, text)| json!({ "name": name, "description": text })).to_vec().into();
    document["security"] = json!([{}, { "token": [] }, { "cookie": [] }]);
    document["components"]["securitySchemes"] = json!({
        "token": { "type": "http", "scheme": "bearer", "description": "The token of the service." },
        "cookie": { "type": "apiKey", "in": "cookie", "name": crate::guard::COOKIE,
            "description": "The cookie of POST /api/login." },
    });
    document["components"]["schemas"]["Refusal"] = refusal();
    document["components"]["responses"] = json!({ "Refusal": {
        "description": "A refusal; docs/http.md lists the codes.",
        "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Refusal" } } },
    } });
    let mut session = serde_json::to_value(json_schema()).unwrap_or_default();
    move_references(&mut session);
    document["components"]["schemas"]["SessionDocument"] = session;
    for (method, path, operation) in operations(&mut document) {
        // Names of handlers are unique within a group alone.
        let words = path.split(['/', '{', '}', '.', '_']).filter(|word| !word.is_empty());
        operation["operationId"] = words.fold(method, |id, word| id + "_" + word).into();
        operation["responses"]["default"] = json!({ "$ref": "#/components/responses/Refusal" });
    }
    document
}

/// Returns the schema of a refusal.
fn refusal() -> Value {
    let codes: Vec<&str> = CODES.iter().map(|code| code.as_str()).collect();
    json!({
        "type": "object",
        "required": ["ok", "data", "error", "message"],
        "properties": {
            "ok": { "const": false },
            "data": { "type": "object", "description": "What the code's description names; otherwise empty." },
            "error": { "enum": codes, "description": "The cause." },
            "message": { "type": "string", "description": "A sentence for users." },
        },
    })
}

/// Lets the references of a schema lead to its place in the document.
fn move_references(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            fields.remove("$schema");
            if let Some(Value::String(target)) = fields.get_mut("$ref")
                && let Some(rest) = target.strip_prefix("#/")
            {
                *target = format!("#/components/schemas/SessionDocument/{rest}");
            }
            fields.values_mut().for_each(move_references);
        }
        Value::Array(items) => items.iter_mut().for_each(move_references),
        _ => {}
    }
}

/// Returns the operations of all routes, with their methods and paths.
fn operations(document: &mut Value) -> impl Iterator<Item = (String, String, &mut Value)> {
    let methods = ["get", "head", "put", "post", "delete", "patch"];
    let paths = document["paths"].as_object_mut().into_iter().flat_map(Map::iter_mut);
    paths.flat_map(move |(path, item)| {
        let operations = item.as_object_mut().into_iter().flat_map(Map::iter_mut);
        let known = operations.filter(move |(method, _)| methods.contains(&method.as_str()));
        known.map(|(method, operation)| (method.clone(), path.clone(), operation))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_document_is_the_one_of_the_routes() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
        let text = format!("{:#}\n", document());
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(path, &text).unwrap();
        }
        let committed = std::fs::read_to_string(path).unwrap();
        assert!(committed == text, "openapi.json differs from the routes: BLESS=1 writes it");
    }

    #[test]
    fn every_reference_leads_somewhere_and_every_route_is_described() {
        let mut document = document();
        let text = document.to_string();
        for part in text.split("\"$ref\":\"#").skip(1) {
            let pointer = part.split('"').next().unwrap();
            assert!(document.pointer(pointer).is_some(), "{pointer}");
        }
        for (_, _, operation) in operations(&mut document) {
            assert!(operation["summary"].is_string(), "{operation:#}");
            assert!(TAGS.iter().any(|(name, _)| operation["tags"][0] == *name), "{operation:#}");
        }
    }
}
