//! Check of a document against the schema: every key that is unknown, missing, of the wrong type or
//! out of range.

use super::document_tree::{Data, DocNode, PathStep, extend_pointer};
use super::problem::{Problem, nearest, quoted};
use super::schema::{resolve, schema};
use super::value_rule::ValueRule;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Most problems that are placed and listed: enough for any serious document, and little work for
/// others.
const MOST: usize = 1_000;

/// Result of a walk through a document.
pub(super) struct Validation {
    /// The document without its faulty parts; `None` if nothing is left.
    pub(super) sound: Option<DocNode>,
    /// All problems, in the order of the document.
    pub(super) problems: Vec<Problem>,
    /// Keys whose value was dropped in whole or in part: anything missing there is not a further
    /// problem.
    pub(super) lost: BTreeSet<&'static str>,
}

/// Checks a document against the session's schema.
pub(super) fn walk(root: &DocNode) -> Validation {
    let mut walk = Walk { root, path: Vec::new(), problems: Vec::new(), lost: BTreeSet::new() };
    let sound = walk.value(root, "the document", schema());
    Validation { sound, problems: walk.problems, lost: walk.lost }
}

struct Walk<'a> {
    root: &'a DocNode,
    path: Vec<PathStep>,
    problems: Vec<Problem>,
    lost: BTreeSet<&'static str>,
}

impl Walk<'_> {
    /// Reports a problem of the value at the path.
    fn report(&mut self, message: String) {
        self.report_at(None, None, message);
    }

    /// Reports a problem of a key that the schema lacks, or with a line of its own; beyond [`MOST`]
    /// only that there are more.
    fn report_at(&mut self, line: Option<usize>, key: Option<&str>, message: String) {
        match self.problems.len() {
            0..MOST => {
                let mut problem = self.root.problem(&self.path, message);
                if let Some(key) = key {
                    extend_pointer(&mut problem.pointer, key);
                }
                self.problems.push(Problem { line: line.or(problem.line), ..problem });
            }
            MOST => {
                let message = format!("more than {MOST} problems: the rest is not listed");
                self.problems.push(Problem { line: None, place: String::new(), pointer: String::new(), message });
            }
            _ => {}
        }
    }

    /// Returns the sound part of a value, if any.
    fn value(&mut self, node: &DocNode, key: &str, schema: &'static Value) -> Option<DocNode> {
        let schema = resolve(schema);
        match (schema["type"].as_str(), schema["oneOf"].as_array()) {
            (Some("object"), _) => self.table(node, key, schema),
            (Some("array"), _) => self.list(node, key, schema),
            (_, Some(variants)) if variants[0]["type"] == "object" => self.tagged(node, key, variants),
            _ => match ValueRule::from(schema).check(node) {
                Ok(data) => Some(DocNode { data, ..*node }),
                Err(wrong) => {
                    self.report(format!("{key} {wrong}"));
                    None
                }
            },
        }
    }

    fn list(&mut self, node: &DocNode, key: &str, schema: &'static Value) -> Option<DocNode> {
        let Data::List(items) = &node.data else {
            self.report(format!("{key} = {} is not a list", node.shown()));
            return None;
        };
        if let Some(most) = schema["maxItems"].as_u64().filter(|most| *most < items.len() as u64) {
            self.report(format!("{key} has {} items, more than {most}", items.len()));
            return None;
        }
        let mut sound = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            self.path.push(PathStep::Item(index));
            sound.extend(self.value(item, "it", &schema["items"]));
            self.path.pop();
        }
        if sound.len() < items.len()
            && let Some(PathStep::Key(list)) = self.path.last()
        {
            self.lost.insert(list);
        }
        Some(DocNode { data: Data::List(sound), ..*node })
    }

    /// Checks a table whose `type` determines its other keys.
    fn tagged(&mut self, node: &DocNode, key: &str, variants: &'static [Value]) -> Option<DocNode> {
        let tags = || variants.iter().map(|variant| &variant["properties"]["type"]["const"]);
        match node.get("type") {
            _ if !matches!(node.data, Data::Table(_)) => {
                self.report(format!("{key} = {} is not a table", node.shown()));
                None
            }
            None => {
                self.report(format!("type is missing: {}", ValueRule::one_of(tags()).expected()));
                None
            }
            Some(tag) => match ValueRule::one_of(tags()).check(tag) {
                Ok(Data::Text(tag)) => {
                    let variant = variants.iter().find(|variant| variant["properties"]["type"]["const"] == *tag)?;
                    self.table(node, key, variant)
                }
                Ok(_) => None,
                Err(wrong) => {
                    self.path.push(PathStep::Key("type"));
                    self.report(format!("type {wrong}"));
                    self.path.pop();
                    None
                }
            },
        }
    }

    fn table(&mut self, node: &DocNode, key: &str, schema: &'static Value) -> Option<DocNode> {
        let (Data::Table(entries), Some(properties)) = (&node.data, schema["properties"].as_object()) else {
            self.report(format!("{key} = {} is not a table", node.shown()));
            return None;
        };
        let (mut sound, mut seen, mut meant) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
        for (key, child) in entries {
            if !seen.insert(key.as_str()) {
                self.report_at(child.line, Some(key), format!("{} is given twice", quoted(key)));
            } else if let Some((name, schema)) = properties.get_key_value(key) {
                self.path.push(PathStep::Key(name));
                match self.value(child, name, schema) {
                    Some(child) => sound.push((key.clone(), child)),
                    None => drop(self.lost.insert(name)),
                }
                self.path.pop();
            } else {
                meant.extend(self.unknown(key, child, properties));
            }
        }
        self.lost.extend(&meant);
        let required = || schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
        for key in required().filter(|key| !seen.contains(key) && !meant.contains(key)) {
            self.report(format!("{key} is missing"));
        }
        let complete = required().all(|key| sound.iter().any(|(name, _)| name == key));
        complete.then_some(DocNode { data: Data::Table(sound), ..*node })
    }

    /// Reports a key that does not exist, and returns the one that was meant.
    fn unknown(&mut self, key: &str, child: &DocNode, properties: &'static Map<String, Value>) -> Option<&'static str> {
        let meant = nearest(key, properties.keys().map(String::as_str));
        let hint = match meant {
            Some(meant) => format!("did you mean {meant:?}?"),
            None => format!("there are {}", properties.keys().map(String::as_str).collect::<Vec<_>>().join(", ")),
        };
        self.report_at(child.line, Some(key), format!("unknown key {}; {hint}", quoted(key)));
        meant
    }
}
