//! A session written as TOML to edit: the keys that are set, the others as comments, and their
//! accepted values, in the schema's words.

use super::document::Session;
use super::schema::{resolve, schema};
use super::value_rule::ValueRule;
use serde_json::{Map, Value};
use std::path::PathBuf;

/// Width at which the lines of comments are broken, in characters.
const WIDTH: usize = 110;

impl Session {
    /// Returns the session as a self-explanatory TOML document, which reads back as an equal
    /// session. Every key at its default appears as a comment, with its unit, range and choices.
    /// For tracks and buses, these comments are at the first one.
    ///
    /// Values that TOML cannot express are written so that reading them back reports them. File
    /// names that are not Unicode get the replacement character, and numbers that are not finite
    /// become `nan`.
    pub fn to_toml(&self) -> String {
        let mut session = self.clone();
        for track in &mut session.tracks {
            track.file = PathBuf::from(track.file.to_string_lossy().into_owned());
        }
        // Serialising only fails for file names that are not Unicode, which were replaced above.
        let value = serde_json::to_value(&session).unwrap_or_default();
        let mut page = TemplatePage { text: String::new() };
        page.comment("A mixdown session. Lines that begin with # do nothing: they show what can be set, and to what.");
        page.comment("Gains are in decibels, times in seconds (_s) or milliseconds (_ms), frequencies in hertz (_hz).");
        page.keys(schema(), &value, Comments::All);
        for (name, section) in properties(schema()) {
            let given = &value[name];
            match resolve(section)["type"].as_str() {
                Some("object") => {
                    page.heading(&describe(section));
                    page.line(&format!("[{name}]"));
                    page.keys(resolve(section), given, Comments::All);
                }
                Some("array") => page.list(name, section, given.as_array().map_or(&[], Vec::as_slice)),
                _ => {}
            }
        }
        page.text
    }
}

/// Choice of the keys that are shown, and their form.
#[derive(Clone, Copy, PartialEq)]
enum Comments {
    /// All, explained.
    All,
    /// Only those that are set, plain.
    None,
    /// All, unexplained, each as a comment.
    Only,
}

struct TemplatePage {
    text: String,
}

impl TemplatePage {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// Appends a comment, broken between words.
    fn comment(&mut self, text: &str) {
        let mut line = String::from("#");
        for word in text.split_whitespace() {
            if line.chars().count() + word.chars().count() >= WIDTH {
                self.line(&line);
                line = String::from("#");
            }
            line.push(' ');
            line.push_str(word);
        }
        self.line(&line);
    }

    fn heading(&mut self, text: &str) {
        self.text.push('\n');
        self.comment(text);
    }

    /// Appends tracks or buses. The first one is explained, the others only contain the keys that
    /// they set. An empty list leaves an example.
    fn list(&mut self, name: &str, section: &'static Value, items: &[Value]) {
        let each = resolve(&section["items"]);
        self.heading(&describe(section));
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.text.push('\n');
            }
            self.line(&format!("[[{name}]]"));
            self.keys(each, item, if index == 0 { Comments::All } else { Comments::None });
        }
        if items.is_empty() {
            self.line(&format!("# [[{name}]]"));
            self.keys(each, &Value::Null, Comments::Only);
        }
    }

    /// Appends the keys of a table, without the tables in it.
    fn keys(&mut self, table: &'static Value, given: &Value, comments: Comments) {
        for (key, of) in properties(table) {
            let kind = resolve(of);
            if kind["type"] == "object" || resolve(&kind["items"])["type"] == "object" && key != "sends" {
                continue;
            }
            let default = of.get("default");
            let set = given.get(key).filter(|value| Some(*value) != default);
            if comments == Comments::All {
                self.comment(&explain(of));
            }
            match set {
                Some(value) => self.line(&format!("{key} = {}", toml(value, "\n  "))),
                None if comments == Comments::None => {}
                None => self.line(&format!("# {key} = {}", toml(example(of), ""))),
            }
        }
    }
}

fn properties(table: &'static Value) -> impl Iterator<Item = (&'static str, &'static Value)> {
    table["properties"].as_object().into_iter().flatten().map(|(key, of)| (key.as_str(), of))
}

/// Returns the meaning of a key.
fn describe(of: &'static Value) -> String {
    of["description"].as_str().unwrap_or_default().into()
}

/// Returns the meaning and the accepted values of a key.
fn explain(of: &'static Value) -> String {
    let kind = resolve(of);
    let types = resolve(&kind["items"])["oneOf"].as_array().into_iter().flatten();
    let types = types.filter_map(|variant| variant["properties"]["type"]["const"].as_str()).collect::<Vec<_>>();
    let accepts = ValueRule::from(kind);
    match kind["type"].as_str() {
        Some("array") if types.is_empty() => describe(of),
        Some("array") => format!("{} Types: {}.", describe(of), types.join(", ")),
        _ if accepts.is_free_text() => describe(of),
        _ => format!("{} Takes {}.", describe(of), accepts.expected()),
    }
}

/// Returns the value to show where a key is not set: its default, or an example where that is
/// empty.
fn example(of: &'static Value) -> &'static Value {
    let default = of.get("default").filter(|default| default.as_array().is_none_or(|list| !list.is_empty()));
    default.unwrap_or(&of["examples"][0])
}

/// Returns a value as TOML; `indent`, unless empty, precedes each item of a list.
fn toml(value: &Value, indent: &str) -> String {
    match value {
        Value::Null => "nan".into(),
        Value::Bool(flag) => flag.to_string(),
        Value::String(text) => toml_edit::Value::from(text).to_string(),
        Value::Number(number) => match number.as_f64() {
            Some(float) if number.is_f64() => toml_edit::Value::from(float).to_string(),
            _ => number.to_string(),
        },
        Value::Array(items) => {
            let items = items.iter().map(|item| toml(item, "")).collect::<Vec<_>>();
            match indent {
                "" => format!("[{}]", items.join(", ")),
                _ => format!("[{indent}{},\n]", items.join(&format!(",{indent}"))),
            }
        }
        Value::Object(entries) => inline(entries),
    }
}

fn inline(entries: &Map<String, Value>) -> String {
    let entries = entries.iter().map(|(key, value)| format!("{key} = {}", toml(value, "")));
    format!("{{ {} }}", entries.collect::<Vec<_>>().join(", "))
}
