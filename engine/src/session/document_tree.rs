//! A document as a tree that keeps its line numbers, whatever syntax it was written in.

use super::channel::stem;
use super::problem::{Problem, quoted, short};
use serde_json::{Map, Number, Value};
use std::path::Path;

/// A value of a document.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct DocNode {
    /// Line of the value's key, or else of the value; from 1.
    pub(super) line: Option<usize>,
    /// Number of the value in its list as written, from 1; 0 outside lists.
    pub(super) ordinal: usize,
    /// The value.
    pub(super) data: Data,
}

/// Content of a value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Data {
    Null,
    Flag(bool),
    Number(Number),
    Text(String),
    List(Vec<DocNode>),
    /// May name a key twice.
    Table(Vec<(String, DocNode)>),
    /// Values that no session has: dates, and numbers that are not finite; as written.
    Other(String),
}

/// One step from a value into it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum PathStep {
    Key(&'static str),
    Item(usize),
}

impl DocNode {
    /// Builds a tree without lines.
    pub(super) fn from_value(value: &Value) -> Self {
        let data = match value {
            Value::Null => Data::Null,
            Value::Bool(flag) => Data::Flag(*flag),
            Value::Number(number) => Data::Number(number.clone()),
            Value::String(text) => Data::Text(text.clone()),
            Value::Array(items) => Data::List(number_items(items.iter().map(Self::from_value))),
            Value::Object(entries) => {
                Data::Table(entries.iter().map(|(key, value)| (key.clone(), Self::from_value(value))).collect())
            }
        };
        Self { line: None, ordinal: 0, data }
    }

    /// Returns the tree without its lines.
    pub(super) fn to_value(&self) -> Value {
        match &self.data {
            Data::Null | Data::Other(_) => Value::Null,
            Data::Flag(flag) => Value::Bool(*flag),
            Data::Number(number) => Value::Number(number.clone()),
            Data::Text(text) => Value::String(text.clone()),
            Data::List(items) => Value::Array(items.iter().map(Self::to_value).collect()),
            Data::Table(entries) => {
                Value::Object(entries.iter().map(|(key, node)| (key.clone(), node.to_value())).collect::<Map<_, _>>())
            }
        }
    }

    pub(super) fn get(&self, key: &str) -> Option<&DocNode> {
        match &self.data {
            Data::Table(entries) => entries.iter().find(|(name, _)| name == key).map(|(_, node)| node),
            _ => None,
        }
    }

    fn text(&self, key: &str) -> Option<&str> {
        match &self.get(key)?.data {
            Data::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the value for a message: as written where it is short.
    pub(super) fn shown(&self) -> String {
        match &self.data {
            Data::Null => "null".into(),
            Data::Flag(flag) => flag.to_string(),
            Data::Number(number) => plain(number),
            Data::Text(text) => quoted(text),
            Data::List(_) => "[…]".into(),
            Data::Table(_) => "{…}".into(),
            Data::Other(text) => short(text).into(),
        }
    }

    /// Builds a problem of the value at the end of a path, or as near to it as the tree reaches.
    pub(super) fn problem(&self, path: &[PathStep], message: String) -> Problem {
        let (mut at, mut line, mut list) = (self, self.line, "");
        let (mut place, mut pointer): (Vec<String>, _) = (Vec::new(), String::new());
        for step in path {
            let next = match (step, &at.data) {
                (PathStep::Key(key), _) => at.get(key),
                (PathStep::Item(index), Data::List(items)) => items.get(*index),
                _ => None,
            };
            let Some(next) = next else { break };
            at = next;
            line = at.line.or(line);
            match step {
                PathStep::Key(key) => extend_pointer(&mut pointer, key),
                PathStep::Item(_) => extend_pointer(&mut pointer, &at.ordinal.saturating_sub(1).to_string()),
            }
            match step {
                PathStep::Key(key) if matches!(at.data, Data::Table(_)) => place.push((*key).into()),
                PathStep::Key(key) => list = key,
                PathStep::Item(_) => place.push(at.item_name(list)),
            }
        }
        Problem { line, place: place.join(", "), pointer, message }
    }

    /// Returns the name of a list's item for messages.
    fn item_name(&self, list: &str) -> String {
        let (kind, name) = match list {
            "tracks" => {
                let file = || self.text("file").filter(|file| !file.is_empty()).map(|file| stem(Path::new(file)));
                ("track", self.text("name").map(Into::into).or_else(file))
            }
            "buses" => ("bus", self.text("name").map(Into::into)),
            "inserts" => ("insert", None),
            "sends" => ("send", None),
            _ => ("item", None),
        };
        match name.filter(|name| !name.is_empty()) {
            Some(name) => format!("{kind} {}", quoted(&name)),
            None => format!("{kind} {}", self.ordinal),
        }
    }
}

/// Appends a step to a JSON pointer.
pub(super) fn extend_pointer(pointer: &mut String, step: &str) {
    pointer.push('/');
    pointer.push_str(&step.replace('~', "~0").replace('/', "~1"));
}

/// Gives the items of a list their numbers.
pub(super) fn number_items(items: impl Iterator<Item = DocNode>) -> Vec<DocNode> {
    items.enumerate().map(|(index, node)| DocNode { ordinal: index + 1, ..node }).collect()
}

/// Returns a number without a superfluous fraction.
pub(super) fn plain(number: &Number) -> String {
    match number.as_f64() {
        Some(float) if number.is_f64() && float.abs() < 1e15 => float.to_string(),
        _ => number.to_string(),
    }
}
