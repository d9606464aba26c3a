//! From text to tree: TOML and JSON, parsed by their libraries, with the line of every value kept.

use super::document_tree::{Data, DocNode, number_items};
use super::problem::Problem;
use jsonc_parser::ParseOptions;
use jsonc_parser::ast;
use jsonc_parser::common::Ranged;
use serde_json::Number;
use std::path::Path;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Reads a document. It is JSON if its extension is `json`, or if its extension is not `toml` and
/// it begins with a brace; otherwise TOML.
///
/// # Errors
/// All places where the text is not TOML, or the first where it is not JSON.
pub(super) fn read(text: &str, origin: &Path) -> Result<DocNode, Vec<Problem>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let ending = origin.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
    let json = match ending.as_str() {
        "json" => true,
        "toml" => false,
        _ => text.trim_start().starts_with('{'),
    };
    let lines = Lines::of(text);
    if json { read_json(text, &lines) } else { read_toml(text, &lines) }
}

/// Start of each line.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        Self(std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect())
    }

    /// Returns the line of a byte, from 1.
    fn at(&self, byte: usize) -> usize {
        self.0.partition_point(|start| *start <= byte)
    }

    fn node(&self, byte: usize, data: Data) -> DocNode {
        DocNode { line: Some(self.at(byte)), ordinal: 0, data }
    }

    fn problem(&self, byte: Option<usize>, syntax: &str, message: &str) -> Problem {
        let message = format!("this is not {syntax}: {message}");
        Problem { line: byte.map(|byte| self.at(byte)), place: String::new(), pointer: String::new(), message }
    }
}

fn read_toml(text: &str, lines: &Lines) -> Result<DocNode, Vec<Problem>> {
    let (table, errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        return Ok(lines.node(0, toml_table(table.get_ref(), lines)));
    }
    let place = |error: &toml::de::Error| error.span().map(|span| span.start);
    let mut problems =
        errors.iter().map(|error| lines.problem(place(error), "TOML", error.message())).collect::<Vec<_>>();
    // One mistake can make the parser report several errors on its line.
    problems.sort_by_key(|problem| problem.line);
    problems.dedup_by_key(|problem| problem.line);
    Err(problems)
}

fn toml_table(table: &DeTable<'_>, lines: &Lines) -> Data {
    let entry = |(key, value): (&Spanned<_>, &Spanned<DeValue<'_>>)| {
        let key: &Spanned<toml::de::DeString<'_>> = key;
        (key.get_ref().to_string(), lines.node(key.span().start, toml_data(value.get_ref(), lines)))
    };
    Data::Table(table.iter().map(entry).collect())
}

fn toml_data(value: &DeValue<'_>, lines: &Lines) -> Data {
    match value {
        DeValue::String(text) => Data::Text(text.to_string()),
        DeValue::Boolean(flag) => Data::Flag(*flag),
        DeValue::Datetime(date) => Data::Other(date.to_string()),
        DeValue::Float(float) => number(float.as_str()),
        DeValue::Integer(integer) => {
            let (digits, radix) = (integer.as_str(), integer.radix());
            match (i64::from_str_radix(digits, radix), u64::from_str_radix(digits, radix)) {
                (Ok(whole), _) => Data::Number(whole.into()),
                (_, Ok(whole)) => Data::Number(whole.into()),
                _ if radix == 10 => number(digits),
                _ => Data::Other(integer.to_string()),
            }
        }
        DeValue::Array(items) => Data::List(number_items(
            items.iter().map(|item| lines.node(item.span().start, toml_data(item.get_ref(), lines))),
        )),
        DeValue::Table(table) => toml_table(table, lines),
    }
}

/// Returns a number as written; a number that is not finite keeps its text.
fn number(text: &str) -> Data {
    match text.parse().ok().and_then(Number::from_f64) {
        Some(number) => Data::Number(number),
        None => Data::Other(text.into()),
    }
}

/// JSON as in RFC 8259: no comments, no trailing commas.
const STRICT: ParseOptions = ParseOptions {
    allow_comments: false,
    allow_loose_object_property_names: false,
    allow_trailing_commas: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

fn read_json(text: &str, lines: &Lines) -> Result<DocNode, Vec<Problem>> {
    let error = |byte, message: &str| vec![lines.problem(Some(byte), "JSON", message)];
    let parsed = jsonc_parser::parse_to_ast(text, &jsonc_parser::CollectOptions::default(), &STRICT)
        .map_err(|wrong| error(wrong.range().start, &wrong.kind().to_string()))?;
    match parsed.value {
        Some(value) => Ok(lines.node(value.start(), json_data(&value, lines))),
        None => Err(error(0, "it is empty")),
    }
}

fn json_data(value: &ast::Value<'_>, lines: &Lines) -> Data {
    match value {
        ast::Value::NullKeyword(_) => Data::Null,
        ast::Value::BooleanLit(flag) => Data::Flag(flag.value),
        ast::Value::StringLit(text) => Data::Text(text.value.to_string()),
        ast::Value::NumberLit(digits) => match serde_json::from_str(digits.value) {
            Ok(number) => Data::Number(number),
            Err(_) => Data::Other(digits.value.into()),
        },
        ast::Value::Array(array) => {
            Data::List(number_items(array.elements.iter().map(|item| lines.node(item.start(), json_data(item, lines)))))
        }
        ast::Value::Object(object) => Data::Table(
            object
                .properties
                .iter()
                .map(|entry| {
                    (entry.name.as_str().to_owned(), lines.node(entry.start(), json_data(&entry.value, lines)))
                })
                .collect(),
        ),
    }
}
