//! The order document.

use crate::error::OrderError;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Form of the document that this version reads.
pub const SCHEMA: &str = "mixdown.order/1";
/// Most bytes of a document.
const MAX_BYTES: usize = 32 << 20;
/// Most characters of an order's id.
const MAX_ID: usize = 200;
/// Types of stems of a notation.
pub const STEM_TYPES: [&str; 4] = ["drums", "bass", "vocals", "other"];

/// One piece of work: its inputs, and the folder that receives the result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "mixdown order", description = "One piece of work: its inputs, and the folder for its result.")]
pub struct Order {
    /// Form of this document.
    #[schemars(extend("const" = SCHEMA))]
    pub schema: String,
    /// Name of the order: letters, digits, and `-`, `_`, `.`, `:` between them. An order that is
    /// delivered again has the same one.
    #[schemars(length(min = 1, max = MAX_ID), regex(pattern = r"^[A-Za-z0-9][A-Za-z0-9_.:-]*$"))]
    pub order_id: String,
    /// Kind of work.
    #[schemars(extend("examples" = ["mix", "analysis", "notation", "separation"]))]
    pub kind: String,
    /// For `mix`: the session, as a document or as the path or URL of one. Without it, the stems
    /// are mixed as they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<SessionSource>,
    /// For `notation`: path or URL of the analysis of the song, as `mixdown analyse -o` writes it;
    /// or `none`, for notes without bars of stems with types. Without it, the stems are analysed
    /// first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub song: Option<String>,
    /// For `separation`: `demucs`, `classical`, or path or URL of a model that ends in `.onnx`.
    /// Without it `demucs`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with: Option<String>,
    /// For `separation` by demucs: the name of its model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The stems, as paths or URLs; for `separation` one, the song. Beside a session they only
    /// state hashes of its files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<StemForm>")]
    pub stems: Vec<Stem>,
    /// The folder that receives the result, as a path or URL; one folder per order.
    #[schemars(length(min = 1))]
    pub out: String,
}

/// The session of a mix.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum SessionSource {
    /// The document itself: see `mixdown session --schema`.
    Document(Map<String, Value>),
    /// Path or URL of the document, TOML or JSON. Relative paths in it start at its own folder.
    File(String),
}

/// A stem of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Value")]
pub struct Stem {
    /// Path or URL.
    pub file: String,
    /// BLAKE3 hash that its bytes must have: 64 lower hexadecimal digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blake3: Option<String>,
    /// Its type, for `notation`: one of [`STEM_TYPES`].
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub stem_type: Option<String>,
    /// Name of its files, for `notation`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl Stem {
    /// Returns the stem of a file, of which nothing is stated.
    pub fn of(file: impl Into<String>) -> Self {
        Self { file: file.into(), blake3: None, stem_type: None, name: None }
    }
}

/// The two forms of a stem.
#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
enum StemForm {
    /// Path or URL.
    Name(String),
    /// Path or URL, with its hash.
    Stated(Stated),
}

/// A stem with its hash.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Stated {
    /// Path or URL.
    file: String,
    /// BLAKE3 hash that its bytes must have: 64 lower hexadecimal digits.
    #[schemars(regex(pattern = "^[0-9a-f]{64}$"))]
    blake3: Option<String>,
    /// For `notation`: its type, in place of that of the analysis.
    #[serde(rename = "type")]
    #[schemars(extend("enum" = STEM_TYPES))]
    stem_type: Option<String>,
    /// For `notation`: the name of its files, in place of the file's own. Written like an order's
    /// id.
    #[schemars(length(min = 1, max = MAX_ID), regex(pattern = r"^[A-Za-z0-9][A-Za-z0-9_.:-]*$"))]
    name: Option<String>,
}

impl TryFrom<Value> for Stem {
    type Error = String;

    fn try_from(value: Value) -> Result<Self, String> {
        // Taken apart here, as an untagged form would not state what is wrong.
        let form = match value {
            Value::String(file) => StemForm::Name(file),
            Value::Object(_) => {
                StemForm::Stated(serde_json::from_value(value).map_err(|error| format!("a stem: {error}"))?)
            }
            _ => return Err("a stem is a path or URL, or an object with file and blake3".into()),
        };
        Ok(match form {
            StemForm::Name(file) => Self::of(file),
            StemForm::Stated(Stated { file, blake3, stem_type, name }) => Self { file, blake3, stem_type, name },
        })
    }
}

/// Returns the JSON Schema of orders, which names these kinds.
pub fn json_schema(kinds: &[&str]) -> Value {
    let mut schema = schemars::schema_for!(Order).to_value();
    schema["properties"]["kind"]["enum"] = kinds.into();
    schema
}

impl Order {
    /// Reads an order, and checks all of it but its files.
    ///
    /// # Errors
    /// [`OrderError::Schema`] for a form of another version, [`OrderError::Document`] otherwise.
    pub fn parse(text: &str) -> Result<Self, OrderError> {
        let refuse = |message: String| Err(OrderError::Document(message));
        if text.len() > MAX_BYTES {
            return refuse(format!("larger than {MAX_BYTES} bytes"));
        }
        let value: Value = match serde_json::from_str(text) {
            Ok(value) => value,
            Err(error) => return refuse(error.to_string()),
        };
        // Before everything else: another form may have other fields.
        match &value["schema"] {
            Value::String(schema) if schema == SCHEMA => {}
            Value::String(schema) => return Err(OrderError::Schema { found: schema.clone() }),
            _ => return refuse(format!("schema is missing; write \"schema\": \"{SCHEMA}\"")),
        }
        let order: Self = match serde_json::from_value(value) {
            Ok(order) => order,
            Err(error) => return refuse(error.to_string()),
        };
        let problems = order.problems();
        if problems.is_empty() { Ok(order) } else { refuse(problems.join("; ")) }
    }

    fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let allowed = format!("at most {MAX_ID} letters, digits, and -, _, ., : between them");
        if !is_id(&self.order_id) {
            problems.push(format!("order_id {:?} is not valid: {allowed}", self.order_id));
        }
        if self.out.is_empty() {
            problems.push("out is empty; name a folder".into());
        }
        for Stem { file, blake3, stem_type, name } in &self.stems {
            if file.is_empty() {
                problems.push("a stem has no name".into());
            }
            let is_hash =
                |hash: &String| hash.len() == 64 && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
            if let Some(hash) = blake3.as_ref().filter(|hash| !is_hash(hash)) {
                problems.push(format!("blake3 {hash:?} is not a valid hash: 64 lower hexadecimal digits"));
            }
            if let Some(other) = stem_type.as_deref().filter(|stem_type| !STEM_TYPES.contains(stem_type)) {
                problems.push(format!("type {other:?} is not a valid type; the types are {}", STEM_TYPES.join(", ")));
            }
            if let Some(name) = name.as_deref().filter(|name| !is_id(name)) {
                problems.push(format!("name {name:?} is not valid: {allowed}"));
            }
        }
        problems
    }

    /// Returns the id of an order that may not be valid, for messages about it.
    pub fn id_of(text: &str) -> Option<String> {
        let value: Value = serde_json::from_str(text).ok()?;
        value["order_id"].as_str().map(str::to_owned)
    }
}

/// Returns true for the name of an order, or of a stem's files.
fn is_id(text: &str) -> bool {
    text.len() <= MAX_ID
        && text.starts_with(|first: char| first.is_ascii_alphanumeric())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn order() -> Value {
        json!({ "schema": SCHEMA, "order_id": "a-1", "kind": "mix", "stems": ["a.wav"], "out": "o" })
    }

    fn refusal(key: &str, value: Value) -> String {
        let mut order = order();
        order[key] = value;
        Order::parse(&order.to_string()).unwrap_err().to_string()
    }

    #[test]
    fn an_order_survives_reading_and_writing() {
        let hash = "0".repeat(64);
        let mut value = order();
        value["stems"] = json!(["a.wav", { "file": "s3://b/c.wav", "blake3": hash }]);
        value["session"] = json!({ "tracks": [{ "file": "a.wav" }] });
        for (field, text) in [("song", "song.json"), ("with", "a.onnx"), ("model", "htdemucs")] {
            value[field] = text.into();
        }
        let parsed = Order::parse(&value.to_string()).unwrap();
        let fields = [&parsed.song, &parsed.with, &parsed.model].map(|field| field.as_deref());
        assert_eq!(fields, [Some("song.json"), Some("a.onnx"), Some("htdemucs")]);
        assert_eq!(parsed.stems[1], Stem { blake3: Some(hash), ..Stem::of("s3://b/c.wav") });
        let written = serde_json::to_string(&parsed).unwrap();
        assert_eq!(Order::parse(&written).unwrap(), parsed);
        assert!(matches!(
            Order::parse(
                &json!({"schema": SCHEMA, "order_id": "a", "kind": "mix",
            "session": "mix.toml", "out": "o"})
                .to_string()
            )
            .unwrap()
            .session,
            Some(SessionSource::File(_))
        ));
    }

    #[test]
    fn problems_are_named() {
        assert!(refusal("schema", json!("mixdown.order/2")).contains("mixdown.order/2"));
        assert!(refusal("schema", Value::Null).contains("schema is missing"));
        assert!(refusal("stemz", json!([])).contains("stemz"));
        assert!(refusal("out", json!("")).contains("out is empty"));
        assert!(refusal("stems", json!([{ "file": "a", "blake": "" }])).contains("blake"));
        assert!(refusal("stems", json!([1])).contains("a stem is a path"));
        assert!(refusal("stems", json!([{ "file": "a", "blake3": "AB" }])).contains("not a valid hash"));
        assert!(refusal("stems", json!([{ "file": "a", "type": "horn" }])).contains("drums, bass, vocals, other"));
        assert!(refusal("stems", json!([{ "file": "a", "name": "../a" }])).contains("name"));
        for id in ["", "-a", "a/b", "a b", "ä", &"a".repeat(201)] {
            assert!(refusal("order_id", json!(id)).contains("order_id"), "{id}");
        }
        assert!(Order::parse("{").unwrap_err().to_string().contains("line 1"));
        assert_eq!(Order::id_of("{\"order_id\": \"x\"}").as_deref(), Some("x"));
    }

    #[test]
    fn the_schema_names_every_field_and_kind() {
        let schema = json_schema(&["mix", "analysis"]);
        let properties = schema["properties"].as_object().unwrap();
        let names: Vec<&str> = properties.keys().map(String::as_str).collect();
        assert_eq!(names, ["schema", "order_id", "kind", "session", "song", "with", "model", "stems", "out"]);
        assert_eq!(schema["properties"]["kind"]["enum"], json!(["mix", "analysis"]));
        assert_eq!(schema["required"], json!(["schema", "order_id", "kind", "out"]));
        assert_eq!(schema["properties"]["schema"]["const"], SCHEMA);
    }
}
